-- Disputes of charges: a customer's bank asks for the money back. What the provider reported last.
create table dispute (
  id text not null primary key,
  payment_id text not null,
  -- The provider's id of the dispute.
  reference text not null unique,
  amount integer not null,
  currency text not null,
  reason text not null,
  status text not null check (status = 'open' or status = 'won' or status = 'lost'),
  -- When it began.
  at_ms integer not null,
  updated_ms integer not null
) strict, without rowid;

create index dispute_payment on dispute (payment_id);
create index dispute_open on dispute (id) where status = 'open';
