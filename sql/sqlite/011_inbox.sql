-- Events of payment providers: each one is stored once, however often it is sent.
create table provider_event (
  id text not null primary key,
  provider text not null,
  event_id text not null,
  type text not null,
  -- JSON: what the worker acts on.
  event text not null,
  -- The body as it was sent, for operators to read.
  body text not null,
  received_ms integer not null,
  unique (provider, event_id)
) strict;

create index provider_event_received on provider_event (received_ms);
