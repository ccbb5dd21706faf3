-- The idempotency keys of commands, with their results. A key is written in the transaction that writes what its
-- command makes. Checkouts and refunds have keys of their own.
create table command_key (
  key uuid not null,
  route text not null,
  caller_id text not null,
  fingerprint text not null,
  -- The result, as it was first. Null only inside the transaction that does the command.
  value text,
  created_ms bigint not null,
  primary key (key, route, caller_id)
);

create index command_key_created on command_key (created_ms);
