-- One row for each checkout: the audit GUID (`key`) and the orders that it pays for.
create table audit (
  id uuid primary key,
  key uuid not null,
  customer_id text not null,
  order_ids uuid[] not null,
  created_ms bigint not null,
  -- An audit GUID belongs to its customer.
  unique (key, customer_id)
);

-- One payment for each audit, under the same id, which is also the idempotency key at the provider. No foreign key to
-- audit: one statement writes both, and the check would read and lock one row of audit for each payment.
create table payment (
  id uuid primary key,
  status text not null check (status in
    ('initiated', 'unknown', 'requires_action', 'succeeded', 'declined', 'cancelled', 'refunded')),
  attempt integer not null,
  amount bigint not null,
  currency text not null,
  method text not null,
  reference text,
  decline_code text,
  -- What the customer has to do. Only stored while the payment waits for it, because it holds a secret.
  action jsonb check ((action is not null) = (status = 'requires_action')),
  -- The response stored under the audit GUID; null while there is none. It is in this table because the same statement
  -- writes the payment anyway. It leaves out those fields of the payment and the orders that never change.
  -- Nothing searches in it, so it stays the text that it came as: jsonb took 6 µs a checkout.
  response json,
  -- Recovery may claim the payment from this time on, while it is open.
  recover_ms bigint not null,
  -- When the current claim began. A retry under the same key begins a new one.
  claimed_ms bigint not null,
  updated_ms bigint not null
) with (fillfactor = 70);

create index payment_open on payment (recover_ms) where status in ('initiated', 'unknown', 'requires_action');
