#!/bin/sh
# What the official image's entry point does for a first start: a database and its owner, from the environment.
set -eu

as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; }

if [ ! -f "$PGDATA/PG_VERSION" ]; then
    : "${POSTGRES_PASSWORD:?must be set to make a database}"
    owner=${POSTGRES_USER:-postgres}
    install -d -o postgres -m 700 "$(dirname "$PGDATA")" "$PGDATA"
    secret=$(mktemp)
    printf '%s\n' "$POSTGRES_PASSWORD" > "$secret"
    chown postgres "$secret"
    as_postgres initdb -D "$PGDATA" -U "$owner" --pwfile="$secret" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
    rm "$secret"
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    echo "CREATE DATABASE \"${POSTGRES_DB:-$owner}\"" | as_postgres postgres --single -D "$PGDATA" postgres
fi
exec setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@" -D "$PGDATA" -c listen_addresses='*' \
    -c unix_socket_directories=/tmp
