-- What was answered is kept beside the payment, whose row is written with it anyway, and without what the payment
-- and the orders still say.
alter table payment add column answer text;

update payment
set answer = (
  select json_object(
    'status', a.answer ->> 'status',
    'requestId', a.answer ->> 'requestId',
    'reference', a.answer ->> '$.payment.reference',
    'declineCode', a.answer ->> '$.payment.declineCode',
    'action', json(a.answer -> '$.payment.action'),
    'orders', json((
      select json_group_array(json_object(
        'status', o.value ->> 'status', 'checkoutId', o.value ->> 'checkoutId', 'updatedAtMs', o.value ->> 'updatedAtMs'))
      from json_each(a.answer, '$.orders') o)))
  from audit a where a.id = payment.id)
where id in (select id from audit where answer is not null);

alter table audit drop column answer;
