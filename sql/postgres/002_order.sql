-- Pages keep free space, and no index has a column that changes. So the three status changes in an order's life stay in
-- the page (HOT updates) and touch no index.
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
  -- The number of that checkout, so that no reader has to join it.
  checkout_number text,
  -- A dispute of its charge is open.
  disputed boolean not null default false,
  -- The seq of the newest history row, while the order has no task. While it has one, the task's `seqs` have the current
  -- one.
  seq integer not null,
  -- The units that the order has taken from the stock and has not given back. 0 if its product was not limited.
  held integer not null default 0 check (held >= 0),
  -- A pending order can be paid before this time.
  expires_ms bigint not null,
  created_ms bigint not null,
  updated_ms bigint not null
) with (fillfactor = 55);

-- Maintenance walks it once, in the order of time. It names no column that changes, and it has the paid orders too:
-- without them (`where status = 'pending'`) each change of a status would be a write to this index.
create index orders_expires on orders (expires_ms);

-- How far maintenance has come: a row for each of its two walks, or none at first. Orders that expire at this time or
-- before it were cancelled, or were not pending.
create table order_expiry (
  walk integer primary key,
  passed_ms bigint not null
);

-- Append-only. No foreign key: rows are only written in the transaction that holds the order's lock.
create table order_state (
  order_id uuid not null,
  seq integer not null,
  state text not null,
  at_ms bigint not null,
  detail text,
  -- The claim took units from the stock, which the history says in a row of its own (see order_history). It is not
  -- stored as one: the second row took 6 % of the checkouts.
  reserved boolean not null default false,
  primary key (order_id, seq)
);

-- The history as it is read. The row `stock_reserved` comes out of the claim's row, with the next number.
-- A reader of a part asks for a range of `stored_seq` too, which the key of order_state finds.
create view order_history as
select order_id, seq, state, at_ms, detail, seq as stored_seq from order_state
union all
select order_id, seq + 1, 'stock_reserved', at_ms, null, seq from order_state where reserved;

-- What an order is searched by. It copies the vector of its product snapshot, so that a scan can check the text
-- without a join. It is a table of its own because it never changes and the order does. The text index is on
-- product_snapshot.
create table order_search (
  order_id uuid primary key,
  snapshot_id integer not null,
  customer_id text not null,
  name_vector tsvector not null
);

create index order_search_snapshot on order_search (snapshot_id, order_id);
create index order_search_customer on order_search (customer_id, order_id);

-- The orders in a rare end status, with the same vector. They are few. An index of all orders by status would cost
-- each status change its HOT update, which makes the change half as expensive again.
create table order_ended (
  status text not null,
  order_id uuid not null,
  snapshot_id integer not null,
  name_vector tsvector not null,
  primary key (status, order_id)
);

create index order_ended_snapshot on order_ended (status, snapshot_id, order_id);

create function order_ends() returns trigger
  language plpgsql
  as $$
begin
  delete from order_ended where status = old.status and order_id = new.id;
  if new.status in ('failed', 'cancelled', 'refunded') then
    insert into order_ended (status, order_id, snapshot_id, name_vector)
    select new.status, n.order_id, n.snapshot_id, n.name_vector from order_search n where n.order_id = new.id;
  end if;
  return null;
end
$$;

create trigger order_ends after update of status on orders for each row
  when (old.status <> new.status and (
    old.status in ('failed', 'cancelled', 'refunded') or new.status in ('failed', 'cancelled', 'refunded')
  ))
  execute function order_ends();
