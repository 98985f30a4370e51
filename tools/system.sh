#!/usr/bin/env bash
# Gives the tests what no Python package brings: Java for Spark, PostgreSQL, a browser and a Chinese font for pages.
# Installs only as root on Debian or Ubuntu, and only what is missing. Never fails: the tests that need
# what could not be had are skipped, and say so. GUANBAO_APT=0 leaves the machine as it is.
set -u

say() { echo "guanbao: $*" >&2; }

java_is_17() {
    local java=java major
    [ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java
    major=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
    [ -n "$major" ] && [ "$major" -ge 17 ]
}
postgresql_is_there() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }
browser_is_there() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
font_is_there() { compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null; }

id_of_system() { (. /etc/os-release 2>/dev/null && echo "${ID:-} ${ID_LIKE:-}"); }
system=$(id_of_system)

may_install() {
    [ "${GUANBAO_APT:-1}" != 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null &&
        [[ " $system " == *" debian "* ]]
}

updated=""
install() { # the first of the named packages that this system offers
    may_install || return 1
    if [ -z "$updated" ]; then
        timeout 300 apt-get update -qq >/dev/null 2>&1
        updated=yes
    fi
    local name
    for name in "$@"; do
        apt-cache show "$name" >/dev/null 2>&1 || continue
        say "installing $name with apt-get"
        DEBIAN_FRONTEND=noninteractive timeout 900 apt-get install -y -qq --no-install-recommends \
            -o DPkg::Lock::Timeout=120 "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

java_is_17 || install openjdk-17-jre-headless openjdk-21-jre-headless default-jre-headless
java_is_17 || say "Java 17 or newer is missing: the Spark tests will be skipped."

postgresql_is_there || install postgresql
postgresql_is_there || say "PostgreSQL is missing: the tests of the database run on SQLite only."

# Ubuntu's chromium is a snap, which a container cannot run.
if ! browser_is_there && [[ "$system" == debian* ]]; then
    install chromium
fi
if browser_is_there; then
    font_is_there || install fonts-noto-cjk || say "fonts-noto-cjk is missing: Chinese is not drawn in pictures of pages."
else
    say "Chromium is missing: the test that opens a statement page will be skipped."
fi
exit 0
