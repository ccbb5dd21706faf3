-- Room is left in each page, and no index is on a column that changes, so that the three changes of status in
-- an order's life stay in the page (HOT) and touch no index.
create table orders (
  id uuid primary key,
  customer_id text not null,
  email text not null,
  language text,
  product_id uuid not null references product,
  product_code text not null,
  product_name text not null,
  product_type text not null,
  quantity integer not null check (quantity > 0),
  amount bigint not null check (amount >= 0),
  currency text not null,
  status text not null check (status in
    ('pending', 'paying', 'paid', 'completed', 'failed', 'cancelled', 'refunded')),
  checkout_id uuid,
  -- Of the newest row of its history, while no pipeline owns the order; then its task counts on.
  seq integer not null,
  created_ms bigint not null,
  updated_ms bigint not null
) with (fillfactor = 60);

create index orders_customer on orders (customer_id, id);

-- Append-only. No foreign key: rows are only written in the transaction that holds the order's lock.
create table order_state (
  order_id uuid not null,
  seq integer not null,
  state text not null,
  at_ms bigint not null,
  detail text,
  primary key (order_id, seq)
);

-- What an order is found by. Apart from the order, because it never changes and the order does.
create table order_name (
  order_id uuid primary key,
  name_unaccent text not null,
  name_vector tsvector not null generated always as (name_vector(name_unaccent, '')) stored
);

create index order_name_vector on order_name using gin (name_vector) with (fastupdate = off);
