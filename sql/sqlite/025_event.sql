-- Works beside 0.2.0.
-- Who wants to hear of changes: a webhook endpoint, or Kafka. Few rows, and often none.
create table subscription (
  id text not null primary key,
  kind text not null check (kind in ('webhook', 'kafka')),
  -- The URL of an endpoint, or the topic.
  target text not null,
  -- The event types that it wants, as JSON.
  types text not null,
  paused integer not null default 0,
  -- Why we paused it ourselves.
  pause_reason text,
  -- What signs its deliveries, and the one before it while the secret is being changed. Null for Kafka.
  secret text,
  previous_secret text,
  -- Batches that failed as a whole, one after the other, when the first of them did, and when the next may be sent.
  failures integer not null default 0,
  failing_since_ms integer,
  retry_ms integer not null default 0,
  -- The fencing token of a run of events, raised by each claim, and when the next may be claimed.
  lease integer not null default 0,
  lease_until_ms integer not null default 0,
  created_ms integer not null
) strict, without rowid;

create unique index subscription_kafka on subscription (target) where kind = 'kafka';

-- Undelivered events: a row for each event and subscription that wants it. A delivered event is deleted.
create table event (
  subscription_id text not null,
  -- The order or checkout that it is about. Within one subject, events are sent in the order of `sequence`.
  subject text not null,
  sequence integer not null,
  kind text not null check (kind in ('order', 'checkout', 'test')),
  type text not null,
  at_ms integer not null,
  -- Of an order: what it was then. A pending order can change.
  quantity integer,
  amount integer,
  -- What a failed attempt has sent, if it is logged. Each claim renders the body of the others.
  body text,
  attempts integer not null default 0,
  -- The fencing token: raised by each claim.
  lease integer not null default 0,
  -- When it may be claimed: at first, after a failure, or when its lease has expired.
  due_ms integer not null,
  primary key (subscription_id, subject, sequence)
) strict, without rowid;

-- With `at_ms`, so that a backlog is read from the index alone.
create index event_due on event (subscription_id, due_ms, at_ms);

-- Those that wait for long because an attempt has failed. Most events are never in it. With event_due, it finds the ones
-- that are too old to keep.
create index event_deferred on event (subscription_id, at_ms) where due_ms > at_ms + 3600000;

-- What was sent to webhook endpoints, for their log and for sending again.
create table webhook_delivery (
  subscription_id text not null,
  -- The id of the event.
  id text not null,
  subject text not null,
  sequence integer not null,
  kind text not null,
  type text not null,
  event_ms integer not null,
  body text not null,
  attempts integer not null,
  delivered_ms integer,
  -- Of the last attempt.
  attempt_ms integer not null,
  response_status integer,
  error text,
  primary key (subscription_id, id)
) strict, without rowid;

create index webhook_delivery_event on webhook_delivery (event_ms);

-- Every place that appends to a history makes the events of it, because the table itself does. Core has the same rules
-- (core/event.ts), and the contract suite compares the two. Without a subscription it reads one empty table.
create trigger order_state_events after insert on order_state
  when exists (select 1 from subscription)
begin
  insert or ignore into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms, quantity, amount)
  select s.id, e.subject, e.sequence, e.kind, e.type, new.at_ms, new.at_ms, e.quantity, e.amount
  from (
    select o.id as subject, new.seq * 2 as sequence, 'order' as kind, o.quantity, o.amount,
      case
        when new.state = 'pending' then 'order.placed'
        when new.state in ('paid', 'completed', 'failed', 'cancelled', 'refunded') then 'order.' || new.state
        when new.state in ('partially_refunded', 'charged_back') then 'refund.succeeded'
        when new.state = 'refund_failed' then 'refund.failed'
        when new.state = 'disputed' then 'payment.disputed'
        else 'order.step'
      end as type
    from orders o where o.id = new.order_id and new.state <> 'paying' and (new.state <> 'pending' or new.seq = 1)
    union all
    select o.id, new.seq * 2 + 1, 'order', o.quantity, o.amount, 'refund.succeeded'
    from orders o where o.id = new.order_id and new.state = 'refunded'
    union all
    select p.id, p.attempt * 4, 'checkout', null, null,
      case when new.state = 'paid' then 'checkout.succeeded' when p.status = 'declined' then 'checkout.declined'
        else 'checkout.cancelled' end
    from orders o join payment p on p.id = o.checkout_id
    where o.id = new.order_id and (new.state = 'paid' or (new.state = 'pending' and new.seq > 1))
  ) e
  join subscription s on e.type in (select value from json_each(s.types));
end;

-- The refund of a late charge has no order, so no history tells of it.
create trigger refund_events after update of status on refund
  when old.status <> new.status and new.order_id is null and new.origin in ('operator', 'system')
begin
  insert or ignore into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms)
  select s.id, p.id, p.attempt * 4 + case new.status when 'succeeded' then 1 else 2 end, 'checkout',
    'refund.' || new.status, new.updated_ms, new.updated_ms
  from payment p join subscription s
  where p.id = new.payment_id and 'refund.' || new.status in (select value from json_each(s.types));
end;
