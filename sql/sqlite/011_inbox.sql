-- What payment providers told by themselves: each event once, however often it is delivered.
create table provider_event (
  id text not null primary key,
  provider text not null,
  event_id text not null,
  type text not null,
  -- What is acted on, as JSON.
  event text not null,
  -- As it was sent, for people.
  body text not null,
  received_ms integer not null,
  unique (provider, event_id)
) strict;

create index provider_event_received on provider_event (received_ms);
