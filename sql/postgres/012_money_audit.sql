-- A day (UTC) of the provider's ledger against our books.
create table money_audit (
  id uuid primary key,
  day_ms bigint not null,
  created_ms bigint not null,
  finished_ms bigint,
  charges integer not null default 0,
  refunds integer not null default 0,
  -- How many were found; no more than some hundreds of them are kept.
  differences integer not null default 0
);

create index money_audit_day on money_audit (day_ms, id) where finished_ms is not null;

-- Payments and refunds are named as the provider names them, which need not be by an id of ours.
create table money_difference (
  id uuid primary key,
  audit_id uuid not null references money_audit,
  kind text not null,
  provider_id text,
  payment_id text,
  refund_id text,
  ours_amount bigint,
  ours_currency text,
  theirs_amount bigint,
  theirs_currency text,
  at_ms bigint not null
);

create index money_difference_audit on money_difference (audit_id, id);
