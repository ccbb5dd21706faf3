-- One row a checkout: the audit GUID (`key`) with each order id under it, and the answer that it was given.
create table audit (
  id uuid primary key,
  key uuid not null unique,
  customer_id text not null,
  order_ids uuid[] not null,
  answer jsonb,
  created_ms bigint not null
);

-- One payment an audit, under the same id, which is also the idempotency key at the provider.
create table payment (
  id uuid primary key references audit,
  status text not null check (status in
    ('initiated', 'unknown', 'requires_action', 'succeeded', 'declined', 'cancelled', 'returned')),
  attempt integer not null,
  amount bigint not null,
  currency text not null,
  method text not null,
  reference text,
  decline_code text,
  -- What the customer has to do, and only while that is waited for: it holds a secret.
  action jsonb check ((action is not null) = (status = 'requires_action')),
  -- When the reconciler may take it up, while it is open.
  due_ms bigint not null,
  -- When the claim that it stands under began; a key that is sent again begins anew.
  claimed_ms bigint not null,
  updated_ms bigint not null
) with (fillfactor = 70);

create index payment_open on payment (due_ms) where status in ('initiated', 'unknown', 'requires_action');
