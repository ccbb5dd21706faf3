-- A day (UTC) of the provider's ledger against our books.
create table money_audit (
  id text not null primary key,
  day_ms integer not null,
  created_ms integer not null,
  finished_ms integer,
  charges integer not null default 0,
  refunds integer not null default 0,
  -- How many were found; no more than some hundreds of them are kept.
  differences integer not null default 0
) strict, without rowid;

create index money_audit_day on money_audit (day_ms, id) where finished_ms is not null;

-- Payments and refunds are named as the provider names them, which need not be by an id of ours.
create table money_difference (
  id text not null primary key,
  audit_id text not null references money_audit (id),
  kind text not null,
  provider_id text,
  payment_id text,
  refund_id text,
  ours_amount integer,
  ours_currency text,
  theirs_amount integer,
  theirs_currency text,
  at_ms integer not null
) strict, without rowid;

create index money_difference_audit on money_difference (audit_id, id);
