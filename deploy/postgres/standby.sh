#!/bin/sh
# Starts a standby. At the first start it copies the primary, which PRIMARY (a connection string without a password) and
# PGPASSWORD name; pg_basebackup writes both into the copy. The arguments are the server and its settings.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # A copy that was broken off is made anew, and never started.
  rm -rf "$PGDATA" "$PGDATA.copy"
  mkdir -p "$(dirname "$PGDATA")"
  pg_basebackup --dbname "$PRIMARY" --pgdata "$PGDATA.copy" --write-recovery-conf --wal-method stream --slot standby \
    --checkpoint fast
  mv "$PGDATA.copy" "$PGDATA"
fi
unset PGPASSWORD
exec "$@"
