-- The counter's row is locked from the moment a number is issued until the commit. So the numbers have no gap.
create table invoice_counter (
  year integer primary key,
  last integer not null
);

create table invoice (
  year integer not null,
  sequence integer not null check (sequence > 0),
  order_id uuid not null unique,
  issued_ms bigint not null,
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
