-- Orders with their product, payment and queue state: the dataset that is read and searched.
create view order_dataset as
select
  o.position, o.id, o.customer_id, o.product_id, o.product_code, o.product_name, o.product_type,
  o.quantity, o.amount, o.currency, o.status, o.checkout_id, o.checkout_number, o.disputed, o.expires_ms,
  o.created_ms, o.updated_ms,
  s.name as name_unaccent, s.code as code_unaccent, s.order_search as name_vector, s.rowid as name_position,
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
join order_search s on s.rowid = o.position
left join payment p on p.id = o.checkout_id
left join task t on t.checkout_id = o.checkout_id and instr(t.order_ids, o.id) > 0;
