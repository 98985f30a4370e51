#!/usr/bin/env bash
# Runs a command with DATABASE_URL leading to a PostgreSQL of its own: a new cluster in a temporary folder, reached
# by a socket there, gone afterwards. Where PostgreSQL is missing it says so and runs nothing.
set -eu

[ $# -gt 0 ] || { echo "usage: tools/postgresql.sh COMMAND…" >&2 && exit 2; }

bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)
[ -n "$bin" ] || ! command -v initdb >/dev/null || bin=$(dirname "$(command -v initdb)")
if [ ! -x "$bin/initdb" ]; then
    echo "guanbao: PostgreSQL is missing; not run on it: $*" >&2
    exit 0
fi

folder=$(mktemp -d)
as_owner() { "$@"; }
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
    chown postgres "$folder"
    as_owner() { (cd / && runuser -u postgres -- "$@"); }
fi
chmod 755 "$folder"
stop() {
    as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop || true
    rm -rf "$folder"
}
trap stop EXIT

as_owner "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --data-checksums >/dev/null
as_owner "$bin/pg_ctl" -D "$folder/data" -s -w -l "$folder/log" -o "-k $folder -c listen_addresses=" start
# As in an installation: no superuser, for whom no policy holds.
as_owner "$bin/createuser" -h "$folder" --createdb --createrole guanbao
as_owner "$bin/createdb" -h "$folder" -O guanbao guanbao
DATABASE_URL="postgresql://guanbao@/guanbao?host=$folder" "$@"
