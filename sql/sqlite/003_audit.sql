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
    status = 'initiated' or status = 'unknown' or status = 'succeeded' or status = 'declined' or
    status = 'cancelled'
  ),
  attempt integer not null,
  amount integer not null,
  currency text not null,
  method text not null,
  reference text,
  decline_code text,
  -- When the reconciler may take it up, while it is open.
  due_ms integer not null,
  -- Of the claim that holds: a key that is sent again after a release begins anew.
  created_ms integer not null,
  updated_ms integer not null
) strict, without rowid;

create index payment_open on payment (due_ms, id) where status in ('initiated', 'unknown');
