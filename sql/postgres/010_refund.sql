-- Money on its way back, and what came of it. It is asked for under the lock of its order, which is what keeps
-- all of an order's refunds below what was paid.
create table refund (
  id uuid primary key,
  key text not null unique,
  -- Of the command under that key: the same key with another one is refused.
  fingerprint text not null,
  -- Null for a whole payment that came when its orders had been released.
  order_id uuid,
  payment_id uuid not null,
  amount bigint not null check (amount >= 0),
  currency text not null,
  reason text not null,
  status text not null check (status in ('requested', 'succeeded', 'failed')),
  -- The provider's own id of it.
  reference text,
  credit_note_year integer,
  credit_note_sequence integer check (credit_note_sequence > 0),
  error text,
  created_ms bigint not null,
  updated_ms bigint not null,
  unique (credit_note_year, credit_note_sequence),
  check ((credit_note_year is null) = (credit_note_sequence is null))
);

create index refund_order on refund (order_id, id);
create index refund_payment on refund (payment_id);
create index refund_status on refund (status, id);
create index refund_succeeded on refund (updated_ms) where status = 'succeeded';

-- As for invoices: the row is locked from the number's issue to the commit, which is what leaves no gap.
create table credit_note_counter (
  year integer primary key,
  last integer not null
);
