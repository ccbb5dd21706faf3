-- One row per checkout: the audit GUID (`key`), and the ids of the orders to pay.
create table audit (
  -- Its number for people is the prefix of the settings of that time, and this sequence, which has gaps.
  sequence integer primary key,
  number_prefix text not null,
  id text not null unique,
  key text not null,
  customer_id text not null,
  -- JSON.
  order_ids text not null,
  created_ms integer not null,
  -- An audit GUID belongs to its customer.
  unique (key, customer_id)
) strict;

-- One payment per audit, under the same id. The id is also the idempotency key at the provider.
create table payment (
  id text not null primary key references audit (id),
  status text not null check (
    status = 'initiated' or status = 'unknown' or status = 'requires_action' or status = 'succeeded' or
    status = 'declined' or status = 'cancelled' or status = 'refunded'
  ),
  attempt integer not null,
  amount integer not null,
  currency text not null,
  method text not null,
  reference text,
  decline_code text,
  -- JSON: what the customer has to do. It holds a secret, so it is stored only while the status is
  -- `requires_action`.
  action text check ((action is not null) = (status = 'requires_action')),
  -- While the payment is open: when recovery may claim it.
  recover_ms integer not null,
  -- When the current claim was made. A retry of a released key is a new claim.
  claimed_ms integer not null,
  updated_ms integer not null,
  -- JSON: the response stored under the audit GUID, without those fields of the payment and the orders that never
  -- change. It is in this table, because this row is written at the same time anyway.
  response text
) strict, without rowid;

create index payment_open on payment (recover_ms, id)
  where status = 'initiated' or status = 'unknown' or status = 'requires_action';
