#!/bin/sh
# Makes on the primary what a standby needs: a user that replicates, a user that only reads, and the slot of the standby.
# Run again, it sets the passwords anew, and the slot if the primary has given it up. It connects as PGHOST, PGUSER and PGDATABASE say, and
# PGUSER is the user that migrates.
set -eu
: "${REPLICATION_PASSWORD:?set it}" "${READ_PASSWORD:?set it}"
exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'SQL'
\getenv replication_password REPLICATION_PASSWORD
\getenv read_password READ_PASSWORD
select format('create role %I', name) from unnest(array['replicator', 'cartwright_read']) as name
where not exists (select from pg_roles where rolname = name) \gexec
alter role replicator login replication password :'replication_password';
alter role cartwright_read login password :'read_password';
grant usage on schema public to cartwright_read;
grant select on all tables in schema public to cartwright_read;
-- The tables of later migrations too.
alter default privileges in schema public grant select on tables to cartwright_read;
-- The primary keeps what the standby has not fetched yet, as far as max_slot_wal_keep_size lets it. Beyond that the slot is
-- lost for good, and the standby has to be copied anew.
select pg_drop_replication_slot(slot_name) from pg_replication_slots
where slot_name = 'standby' and wal_status = 'lost' \g /dev/null
select pg_create_physical_replication_slot('standby', true)
where not exists (select from pg_replication_slots where slot_name = 'standby') \g /dev/null
SQL
