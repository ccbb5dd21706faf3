-- What was answered is kept beside the payment, whose row is written with it anyway, and without what the payment
-- and the orders still say.
alter table payment add column answer jsonb;

update payment p
set answer = jsonb_build_object(
  'status', a.answer -> 'status',
  'requestId', a.answer -> 'requestId',
  'reference', a.answer #> '{payment,reference}',
  'declineCode', a.answer #> '{payment,declineCode}',
  'action', coalesce(a.answer #> '{payment,action}', 'null'),
  'orders', (
    select jsonb_agg(
      jsonb_build_object('status', o -> 'status', 'checkoutId', o -> 'checkoutId', 'updatedAtMs', o -> 'updatedAtMs')
      order by at)
    from jsonb_array_elements(a.answer -> 'orders') with ordinality as u(o, at)))
from audit a
where a.id = p.id and a.answer is not null;

alter table audit drop column answer;

-- One statement writes both, and the check would read and lock the one again for each of the other.
alter table payment drop constraint payment_id_fkey;
