-- Money on its way back to the customer, with the result.
create table refund (
  id text not null primary key,
  key text not null unique,
  -- Of the command that was sent under the key. Another command under the same key is refused.
  fingerprint text not null,
  -- Null for a late charge: it is refunded whole, and no order was paid by it. Null also for a part of a charge of
  -- several orders that was refunded at the provider, until it is assigned.
  order_id text,
  -- Null for a charge that belongs to no payment of ours: the charge itself is then named.
  payment_id text,
  charge_reference text,
  amount integer not null check (amount >= 0),
  currency text not null,
  -- An operator, we ourselves, the provider, or a lost dispute.
  origin text not null check (
    origin = 'operator' or origin = 'system' or origin = 'provider' or origin = 'dispute'
  ),
  reason text not null,
  -- Whether the goods go back into stock. Null: if they have not left the shop.
  restock integer check (restock = 0 or restock = 1),
  status text not null check (status = 'requested' or status = 'succeeded' or status = 'failed'),
  -- The provider's id of the refund.
  reference text,
  credit_note_year integer,
  credit_note_sequence integer check (credit_note_sequence > 0),
  -- What the credit note is about: the number of the invoice, and the order's line on it.
  credited_invoice text,
  credited_line integer,
  error text,
  created_ms integer not null,
  updated_ms integer not null,
  unique (credit_note_year, credit_note_sequence),
  check ((credit_note_year is null) = (credit_note_sequence is null)),
  check ((credit_note_year is null) = (credited_invoice is null)),
  check ((credit_note_year is null) = (credited_line is null)),
  check ((payment_id is null) = (charge_reference is not null))
) strict, without rowid;

create index refund_order on refund (order_id, id);
create index refund_payment on refund (payment_id);
create index refund_status on refund (status, id);
create index refund_reference on refund (reference) where reference is not null;
create index refund_unassigned on refund (id) where order_id is null;
create index refund_succeeded on refund (updated_ms) where status = 'succeeded';

-- The counter increases in the transaction that writes the credit note, so credit note numbers have no gap.
create table credit_note_counter (
  year integer primary key,
  last integer not null
) strict;
