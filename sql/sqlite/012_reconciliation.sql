-- The comparison of one day of the provider's ledger with ours. The day is one of the shop's time zone: it has its name,
-- its first moment and the first moment after it, so that they stay right if the time zone changes.
create table reconciliation (
  id text not null primary key,
  day text not null,
  day_ms integer not null,
  end_ms integer not null,
  created_ms integer not null,
  finished_ms integer,
  charges integer not null default 0,
  refunds integer not null default 0,
  -- How many differences were found. At most `differencesMax` of them are stored.
  differences integer not null default 0
) strict, without rowid;

create index reconciliation_day on reconciliation (day_ms, id);

-- The ids of payments and refunds are those that the provider names. They need not be ids of ours.
create table reconciliation_difference (
  id text not null primary key,
  reconciliation_id text not null references reconciliation (id),
  kind text not null,
  provider_id text,
  -- How the provider names the charge when it is refunded.
  charge_reference text,
  payment_id text,
  refund_id text,
  ours_amount integer,
  ours_currency text,
  theirs_amount integer,
  theirs_currency text,
  at_ms integer not null
) strict, without rowid;

create index reconciliation_difference_reconciliation on reconciliation_difference (reconciliation_id, id);

-- What the last comparison of the stock has found: products and orders whose units do not add up.
create table stock_difference (
  -- Of the product, or of the order.
  id text not null primary key,
  order_id text,
  detail text not null,
  since_ms integer not null
) strict, without rowid;
