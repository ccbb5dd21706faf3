-- The checkouts that may count towards a limit of their customer: written when a payment is declined or waits for its
-- customer. What counts is decided from the payment as it is when the row is read, so that a success writes nothing
-- here. Maintenance deletes rows that no longer count, so the table is small.
create table counted_checkout (
  customer_id text not null,
  checkout_id uuid not null,
  created_ms bigint not null,
  primary key (customer_id, checkout_id)
);
