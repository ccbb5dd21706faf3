-- Disputes of charges: a customer's bank asks for the money back. What the provider reported last.
create table dispute (
  id uuid primary key,
  payment_id uuid not null,
  -- The provider's id of the dispute.
  reference text not null unique,
  amount bigint not null,
  currency text not null,
  reason text not null,
  status text not null check (status in ('open', 'won', 'lost')),
  -- When it began.
  at_ms bigint not null,
  updated_ms bigint not null
);

create index dispute_payment on dispute (payment_id);
create index dispute_open on dispute (id) where status = 'open';
