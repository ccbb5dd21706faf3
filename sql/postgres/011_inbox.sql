-- What payment providers told by themselves: each event once, however often it is delivered.
create table provider_event (
  id uuid primary key,
  provider text not null,
  event_id text not null,
  type text not null,
  -- What is acted on; `json` and not `jsonb`, which takes no text with a NUL in it.
  event json not null,
  -- As it was sent, for people.
  body text not null,
  received_ms bigint not null,
  unique (provider, event_id)
);

create index provider_event_received on provider_event (received_ms);
