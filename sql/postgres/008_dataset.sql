-- Orders with their product, payment and queue state: the one dataset for reading and searching.
create view order_dataset as
select
  o.id, o.customer_id, o.product_id, o.product_code, o.product_name, o.product_type,
  o.quantity, o.amount, o.currency, o.status, o.checkout_id, o.checkout_number, o.disputed, o.expires_ms,
  o.created_ms, o.updated_ms,
  s.name_unaccent, s.name_vector,
  p.status as payment_status, p.method as payment_method, p.reference as payment_reference,
  p.decline_code as payment_decline_code, p.action as payment_action,
  p.amount as payment_amount, p.currency as payment_currency,
  case
    when t.state = 'ready' or t.state = 'paused' or t.state = 'parked' then 'pending'
    when t.state = 'running' then 'processing'
    when t.state = 'failed' then 'failed'
    when o.status = 'completed' then 'completed'
  end as queue_state,
  t.step as queue_step,
  t.last_error as queue_error
from orders o
join order_search n on n.order_id = o.id
join product_snapshot s on s.id = n.snapshot_id
left join payment p on p.id = o.checkout_id
left join task t on t.checkout_id = o.checkout_id and o.id = any(t.order_ids);
