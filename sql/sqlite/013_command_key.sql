-- The idempotency keys of commands, with their results. A key is written in the transaction that writes what its
-- command makes. Checkouts and refunds have keys of their own.
create table command_key (
  key text not null,
  route text not null,
  caller_id text not null,
  fingerprint text not null,
  -- JSON: the result, as it was first.
  value text not null,
  created_ms integer not null,
  primary key (key, route, caller_id)
) strict;

create index command_key_created on command_key (created_ms);
