-- The counter's row is locked from the moment a number is issued until the commit. So the numbers have no gap.
create table invoice_counter (
  year integer primary key,
  last integer not null
);

create table invoice (
  year integer not null,
  sequence integer not null check (sequence > 0),
  -- A checkout has one invoice.
  checkout_id uuid not null unique,
  -- The task that issued it, and its pipeline. The mail of its group has the invoice attached. If that mail is sent
  -- again, its new task takes the place of this one.
  task_id uuid not null,
  pipeline text not null,
  issued_ms bigint not null,
  -- The lines, the totals, the customer and the shop, as they were when it was issued.
  content json not null,
  primary key (year, sequence)
);

create table licence (
  order_id uuid not null,
  unit integer not null,
  key text not null unique,
  primary key (order_id, unit)
);

create table shipment (
  order_id uuid primary key,
  requested_ms bigint not null
);

-- What a step service calls what it did for an order: a row for each step that a service did.
create table step_reference (
  order_id uuid not null,
  step text not null,
  reference text,
  url text,
  primary key (order_id, step)
);

-- Units that completed orders hold, and refunded ones that keep their units. Rows are only inserted: workers would wait
-- for one another to update a shared row. The comparison of the stock merges them.
create table sold_units (
  id bigint primary key generated always as identity,
  product_id uuid not null,
  -- Below 0 if a refund put units back.
  units bigint not null
);

create index sold_units_product on sold_units (product_id);
