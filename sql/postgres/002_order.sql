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

-- Append-only. No foreign key: rows are only written in the transaction that holds the order's lock.
create table order_state (
  order_id uuid not null,
  seq integer not null,
  state text not null,
  at_ms bigint not null,
  detail text,
  primary key (order_id, seq)
);

-- What an order is found by: its label's words, which it carries along to be walked past them. Apart from the
-- order, because it never changes and the order does. The index of words is the label's.
create table order_name (
  order_id uuid primary key,
  label_id integer not null,
  customer_id text not null,
  name_vector tsvector not null
);

create index order_name_label on order_name (label_id, order_id);
create index order_name_customer on order_name (customer_id, order_id);

-- The orders that went another way than most, with the same words: they are few, and an index of all orders by
-- status would cost each of an order's changes its HOT update (half as much again).
create table order_ended (
  status text not null,
  order_id uuid not null,
  label_id integer not null,
  name_vector tsvector not null,
  primary key (status, order_id)
);

create index order_ended_label on order_ended (status, label_id, order_id);

create function order_ends() returns trigger
  language plpgsql
  as $$
begin
  delete from order_ended where status = old.status and order_id = new.id;
  if new.status in ('failed', 'cancelled', 'refunded') then
    insert into order_ended (status, order_id, label_id, name_vector)
    select new.status, n.order_id, n.label_id, n.name_vector from order_name n where n.order_id = new.id;
  end if;
  return null;
end
$$;

create trigger order_ends after update of status on orders for each row
  when (old.status <> new.status and (
    old.status in ('failed', 'cancelled', 'refunded') or new.status in ('failed', 'cancelled', 'refunded')
  ))
  execute function order_ends();
