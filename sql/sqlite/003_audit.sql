-- One row a checkout: the audit GUID (`key`) with each order id under it, and the answer that it was given.
create table audit (
  id text not null primary key,
  key text not null unique,
  customer_id text not null,
  -- JSON, as the answer is.
  order_ids text not null,
  answer text,
  created_ms integer not null
) strict;

-- One payment an audit, under the same id, which is also the idempotency key at the provider.
create table payment (
  id text not null primary key references audit (id),
  status text not null check (
    status = 'initiated' or status = 'unknown' or status = 'requires_action' or status = 'succeeded' or
    status = 'declined' or status = 'cancelled' or status = 'returned'
  ),
  attempt integer not null,
  amount integer not null,
  currency text not null,
  method text not null,
  reference text,
  decline_code text,
  -- What the customer has to do, as JSON, and only while that is waited for: it holds a secret.
  action text check ((action is not null) = (status = 'requires_action')),
  -- When the reconciler may take it up, while it is open.
  due_ms integer not null,
  -- Of the claim that holds: a key that is sent again after a release begins anew.
  created_ms integer not null,
  updated_ms integer not null
) strict, without rowid;

create index payment_open on payment (due_ms, id)
  where status = 'initiated' or status = 'unknown' or status = 'requires_action';
