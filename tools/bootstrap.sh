#!/usr/bin/env bash
# Brings .venv to what is locked: `demo` what the program needs, `test` also extras and development tools,
# `bench` also what the benchmarks compare with. Does nothing where .venv is already there.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."

want=${1:-test}
case $want in
    demo) covered_by="demo test bench" arguments=(--no-default-groups --inexact) ;;
    test) covered_by="test bench" arguments=(--all-extras) ;;
    bench) covered_by="bench" arguments=(--all-extras --all-groups) ;;
    *) echo "usage: tools/bootstrap.sh [demo|test|bench]" >&2 && exit 2 ;;
esac

say() { echo "guanbao: $*" >&2; }

# The stamp tells what was installed and where: an environment that was moved or copied no longer runs.
# What the pages load is made when the package is built, and uv does not build again because it vanished.
stamp=.venv/.guanbao
assets=src/guanbao/web/static/vendor/.stamp
assets_are_there() {
    [ "$assets" -nt frontend/package-lock.json ] && [ "$assets" -nt tools/hatch_build.py ]
}
if [ -x .venv/bin/guanbao ] && [ "$stamp" -nt uv.lock ] && [ "$stamp" -nt pyproject.toml ] && assets_are_there; then
    read -r level place <"$stamp"
    if [ "$place" = "$PWD" ] && [[ " $covered_by " == *" $level "* ]]; then
        exit 0
    fi
fi

interpreter() { # The Python that is tested first, then newer ones; what a name stands for is asked of it.
    local name
    for name in python3.11 python3.12 python3.13 python3.14 python3; do
        if "$name" -c 'import sys; print(sys.executable); sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            return
        fi
    done
    return 1
}

# An environment that uv was not told of is not ours; what runs is what is locked; Python is the machine's own.
unset VIRTUAL_ENV
export UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=${UV_LINK_MODE:-copy}
if ! found=$(interpreter); then
    say "Python 3.11 or newer is needed and not found (Debian, Ubuntu: apt-get install python3.11)."
    exit 1
fi
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    arguments+=(--python "$(tail -n 1 <<<"$found")")
fi

assets_are_there || arguments+=(--reinstall-package guanbao)
say "installing the locked packages into .venv ($want)"
if ! tools/uv sync --frozen "${arguments[@]}"; then
    say "the packages could not be installed. They come from PyPI; once they are here, no network is needed."
    exit 1
fi
echo "$want $PWD" >"$stamp"
