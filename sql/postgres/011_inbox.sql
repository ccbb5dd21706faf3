-- Events that payment providers sent. Each event is stored once, however often it is delivered.
create table provider_event (
  id uuid primary key,
  provider text not null,
  event_id text not null,
  type text not null,
  -- The parsed event. `json` and not `jsonb`, which refuses a text with a NUL.
  event json not null,
  -- The body as it was sent, for people.
  body text not null,
  received_ms bigint not null,
  unique (provider, event_id)
);

create index provider_event_received on provider_event (received_ms);
