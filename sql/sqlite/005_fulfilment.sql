-- The counter increases in the transaction that writes the invoices, so invoice numbers have no gap.
create table invoice_counter (
  year integer primary key,
  last integer not null
) strict;

create table invoice (
  year integer not null,
  sequence integer not null check (sequence > 0),
  -- A checkout has one invoice.
  checkout_id text not null unique,
  -- The task that issued it, and its pipeline. The mail of its group has the invoice attached. If that mail is sent
  -- again, its new task takes the place of this one.
  task_id text not null,
  pipeline text not null,
  issued_ms integer not null,
  -- JSON: the lines, the totals, the customer and the shop, as they were when it was issued.
  content text not null,
  primary key (year, sequence)
) strict, without rowid;

create table licence (
  order_id text not null,
  unit integer not null,
  key text not null unique,
  primary key (order_id, unit)
) strict, without rowid;

create table shipment (
  order_id text not null primary key,
  requested_ms integer not null
) strict, without rowid;

-- What a step service calls what it did for an order: a row for each step that a service did.
create table step_reference (
  order_id text not null,
  step text not null,
  reference text,
  url text,
  primary key (order_id, step)
) strict, without rowid;

-- Units that completed orders hold, and refunded ones that keep their units.
create table sold_units (
  product_id text not null primary key,
  units integer not null
) strict, without rowid;
