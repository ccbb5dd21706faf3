-- The comparison of one day of the provider's ledger with ours. The day is one of the shop's time zone: it has its name,
-- its first moment and the first moment after it, so that they stay right if the time zone changes.
create table reconciliation (
  id uuid primary key,
  day text not null,
  day_ms bigint not null,
  end_ms bigint not null,
  created_ms bigint not null,
  finished_ms bigint,
  charges integer not null default 0,
  refunds integer not null default 0,
  -- How many differences were found. At most 1,000 of them are stored.
  differences integer not null default 0
);

create index reconciliation_day on reconciliation (day_ms, id);

-- Payments and refunds are identified as the provider identifies them, so an id need not be one of ours.
create table reconciliation_difference (
  id uuid primary key,
  reconciliation_id uuid not null references reconciliation,
  kind text not null,
  provider_id text,
  -- How the provider names the charge when it is refunded.
  charge_reference text,
  payment_id text,
  refund_id text,
  ours_amount bigint,
  ours_currency text,
  theirs_amount bigint,
  theirs_currency text,
  at_ms bigint not null
);

create index reconciliation_difference_reconciliation on reconciliation_difference (reconciliation_id, id);

-- What the last comparison of the stock has found: products and orders whose units do not add up.
create table stock_difference (
  -- Of the product, or of the order.
  id uuid primary key,
  order_id uuid,
  detail text not null,
  since_ms bigint not null
);
