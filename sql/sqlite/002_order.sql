-- No index is on a column that changes in an ordinary order's life, so that its three changes of status touch
-- none.
create table orders (
  -- In the order of the ids: see product.
  position integer primary key,
  id text not null unique,
  customer_id text not null,
  email text not null,
  language text,
  product_id text not null references product (id),
  product_code text not null,
  product_name text not null,
  product_type text not null,
  quantity integer not null check (quantity > 0),
  amount integer not null check (amount >= 0),
  currency text not null,
  -- Not `in (…)`, for which SQLite builds a table of the values each time that a row is written (4 µs).
  status text not null check (
    status = 'pending' or status = 'paying' or status = 'paid' or status = 'completed' or
    status = 'failed' or status = 'cancelled' or status = 'refunded'
  ),
  checkout_id text,
  -- Of the newest row of its history, while no pipeline owns the order; then its task counts on.
  seq integer not null,
  created_ms integer not null,
  updated_ms integer not null
) strict;

-- As each index does, these end with the row's position.
create index orders_customer on orders (customer_id);
create index orders_ended on orders (status)
  where status = 'failed' or status = 'cancelled' or status = 'refunded';

-- Append-only. No foreign key: rows are only written in the transaction that changes the order.
create table order_state (
  order_id text not null,
  seq integer not null,
  state text not null,
  at_ms integer not null,
  detail text,
  primary key (order_id, seq)
) strict, without rowid;

-- What an order is found by, under its position: the folded words of its product's name and code, and a
-- character each for its customer and its type (`facets`), so that FTS5 walks only what a customer may see; and
-- one for how it ended, where that is not as most orders do.
-- Nearly every query ends in a word that is only begun. With an index of begun words it is walked newest first
-- like a whole one: over 300,000 orders in 0.2 ms instead of 12 ms, for 100 octets more an order.
create virtual table order_name using fts5 (
  name, code, facets,
  tokenize = 'ascii', columnsize = 0, prefix = '1 2 3 4 5 6 7 8 9 10 11 12'
);

create trigger orders_end after update of status on orders
when old.status <> new.status and (
  old.status = 'failed' or old.status = 'cancelled' or old.status = 'refunded' or
  new.status = 'failed' or new.status = 'cancelled' or new.status = 'refunded'
)
begin
  update order_name set facets = rtrim(facets, ' ' || char(57345, 57346, 57347)) || case new.status
    when 'failed' then ' ' || char(57345)
    when 'cancelled' then ' ' || char(57346)
    when 'refunded' then ' ' || char(57347)
    else ''
  end
  where rowid = new.position;
end;
