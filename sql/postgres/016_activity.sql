-- The commands of operators: who, what, on what, when and under which request id. A row is written in the transaction
-- of its command. A command on several things has a row for each.
create table activity (
  id uuid primary key,
  actor_id text not null,
  -- Of a person.
  actor_email text,
  -- Of a service key.
  actor_name text,
  action text not null,
  -- The id of what the command was about.
  target text not null,
  -- The order that it concerns, if any.
  order_id uuid,
  -- For people: a reason, a note, or what was sent.
  detail text,
  request_id text not null,
  at_ms bigint not null,
  check ((actor_email is null) <> (actor_name is null))
);

create index activity_actor on activity (actor_id, id);
create index activity_email on activity (actor_email, id) where actor_email is not null;
create index activity_name on activity (actor_name, id) where actor_name is not null;
create index activity_action on activity (action, id);
create index activity_target on activity (target, id);
create index activity_order on activity (order_id, id) where order_id is not null;

-- Attempts to pay for an order that ended without money. The payment's own row keeps only its last attempt, and the
-- order names only its last payment. Written with the statement that releases the order; a paid order adds none.
create table payment_attempt (
  order_id uuid not null,
  payment_id uuid not null,
  attempt integer not null,
  status text not null,
  decline_code text,
  at_ms bigint not null,
  primary key (order_id, payment_id, attempt)
);
