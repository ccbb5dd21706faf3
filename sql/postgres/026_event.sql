-- Works beside 0.2.0.
-- Who wants to hear of changes: a webhook endpoint, or Kafka. Few rows, and often none.
create table subscription (
  id uuid primary key,
  kind text not null check (kind in ('webhook', 'kafka')),
  -- The URL of an endpoint, or the topic.
  target text not null,
  -- The event types that it wants.
  types text[] not null,
  paused boolean not null default false,
  -- Why we paused it ourselves.
  pause_reason text,
  -- What signs its deliveries, and the one before it while the secret is being changed. Null for Kafka.
  secret text,
  previous_secret text,
  -- Batches that failed as a whole, one after the other, when the first of them did, and when the next may be sent.
  failures integer not null default 0,
  failing_since_ms bigint,
  retry_ms bigint not null default 0,
  -- The fencing token of a run of events, raised by each claim, and when the next may be claimed.
  lease integer not null default 0,
  lease_until_ms bigint not null default 0,
  created_ms bigint not null
);

create unique index subscription_kafka on subscription (target) where kind = 'kafka';

-- Undelivered events of webhook endpoints: a row for each event and subscription that wants it. A delivered event is
-- deleted.
create table event (
  subscription_id uuid not null,
  -- The order or checkout that it is about. Within one subject, events are sent in the order of `sequence`.
  subject uuid not null,
  sequence bigint not null,
  kind text not null check (kind in ('order', 'checkout', 'test')),
  type text not null,
  at_ms bigint not null,
  -- Of an order: what it was then. A pending order can change.
  quantity integer,
  amount bigint,
  -- What a failed attempt has sent, if it is logged. Each claim renders the body of the others.
  body text,
  attempts integer not null default 0,
  -- The fencing token: raised by each claim.
  lease integer not null default 0,
  -- When it may be claimed: at first, after a failure, or when its lease has expired.
  due_ms bigint not null,
  primary key (subscription_id, subject, sequence)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- Always true, and said by those statements only that read in this order. Any other would be as well served by this index as
-- by the key, if the server thinks that the table is empty: it would read all events of a subscription to find one.
create index event_due on event (subscription_id, due_ms) where due_ms >= 0;

-- Those that wait for long because an attempt has failed. Most events are never in it. With event_due, it finds the ones
-- that are too old to keep.
create index event_deferred on event (subscription_id, at_ms) where due_ms > at_ms + 3600000;
-- Undelivered events of Kafka, which takes them in runs: a row for each statement that made some, and time. A row an event
-- costs more than all else that is done for it. Batches are sent in the order of their ids. Of one order or checkout that
-- is the order in which its events happened: a later statement waits for the lock of the earlier one, and takes its id then.
-- What could not be delivered gets rows of its own in `event`.
create table event_batch (
  id bigint generated always as identity,
  subscription_id uuid not null,
  at_ms bigint not null,
  events integer not null,
  -- Parallel lists. Quantity and amount as in `event`; null for a checkout.
  subjects uuid[] not null,
  sequences bigint[] not null,
  types text[] not null,
  quantities integer[] not null,
  amounts bigint[] not null,
  primary key (subscription_id, id)
) with (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- They live for less than a second, so to compress them is not worth its time.
alter table event_batch
  alter column subjects set storage external,
  alter column sequences set storage external,
  alter column types set storage external,
  alter column quantities set storage external,
  alter column amounts set storage external;

-- What was sent to webhook endpoints, for their log and for sending again.
create table webhook_delivery (
  subscription_id uuid not null,
  -- The id of the event.
  id uuid not null,
  subject uuid not null,
  sequence bigint not null,
  kind text not null,
  type text not null,
  event_ms bigint not null,
  body text not null,
  attempts integer not null,
  delivered_ms bigint,
  -- Of the last attempt.
  attempt_ms bigint not null,
  response_status integer,
  error text,
  primary key (subscription_id, id)
);

create index webhook_delivery_event on webhook_delivery (event_ms);

-- Every place that appends to a history makes the events of it, because the table itself does. Core has the same rules
-- (core/event.ts), and the contract suite compares the two. The trigger runs once a statement; without a subscription it
-- reads one empty table.
create function order_state_events() returns trigger
  language plpgsql
  as $$
begin
  if not exists (select from subscription) then
    return null;
  end if;
  with made as materialized (
    select s.id as subscription_id, s.kind = 'kafka' as batched, e.*
    from (
      select n.order_id as subject, n.seq * 2::bigint as sequence, 'order' as kind, n.at_ms, o.quantity, o.amount,
        case
          when n.state = 'pending' then 'order.placed'
          when n.state in ('paid', 'completed', 'failed', 'cancelled', 'refunded') then 'order.' || n.state
          when n.state in ('partially_refunded', 'charged_back') then 'refund.succeeded'
          when n.state = 'refund_failed' then 'refund.failed'
          when n.state = 'disputed' then 'payment.disputed'
          else 'order.step'
        end as type
      from appended n
      -- `offset 0` keeps it a look-up by the key: a connection keeps its plan, whatever it has first appended.
      cross join lateral (select quantity, amount from orders where id = n.order_id offset 0) o
      where n.state <> 'paying' and (n.state <> 'pending' or n.seq = 1)
      union all
      select n.order_id, n.seq * 2::bigint + 1, 'order', n.at_ms, o.quantity, o.amount, 'refund.succeeded'
      from appended n
      cross join lateral (select quantity, amount from orders where id = n.order_id offset 0) o
      where n.state = 'refunded'
      union all
      select distinct p.id, p.attempt * 4::bigint, 'checkout', n.at_ms, null::integer, null::bigint,
        case when n.state = 'paid' then 'checkout.succeeded' when p.status = 'declined' then 'checkout.declined'
          else 'checkout.cancelled' end
      from appended n
      cross join lateral (select checkout_id from orders where id = n.order_id offset 0) o
      cross join lateral (select id, attempt, status from payment where id = o.checkout_id offset 0) p
      where n.state = 'paid' or (n.state = 'pending' and n.seq > 1)
    ) e
    join subscription s on e.type = any(s.types)
  ), rows as (
    insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms, quantity, amount)
    select subscription_id, subject, sequence, kind, type, at_ms, at_ms, quantity, amount from made where not batched
    on conflict do nothing
  )
  insert into event_batch (subscription_id, at_ms, events, subjects, sequences, types, quantities, amounts)
  select subscription_id, at_ms, count(*), array_agg(subject), array_agg(sequence), array_agg(type),
    array_agg(quantity), array_agg(amount)
  from made where batched
  group by subscription_id, at_ms
  order by at_ms;
  return null;
end
$$;

create trigger order_state_events after insert on order_state
  referencing new table as appended for each statement
  execute function order_state_events();

-- The refund of a late charge has no order, so no history tells of it.
create function refund_events() returns trigger
  language plpgsql
  as $$
begin
  -- As whoever appends to a history: a new subscription waits for this lock (see adapters/postgres/events/subscriptions.ts).
  lock table only order_state in row exclusive mode;
  with made as materialized (
    select s.id as subscription_id, s.kind = 'kafka' as batched, p.id as subject,
      p.attempt * 4::bigint + case new.status when 'succeeded' then 1 else 2 end as sequence,
      'refund.' || new.status as type
    from payment p join subscription s on 'refund.' || new.status = any(s.types)
    where p.id = new.payment_id
  ), rows as (
    insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms)
    select subscription_id, subject, sequence, 'checkout', type, new.updated_ms, new.updated_ms
    from made where not batched
    on conflict do nothing
  )
  insert into event_batch (subscription_id, at_ms, events, subjects, sequences, types, quantities, amounts)
  select subscription_id, new.updated_ms, 1, array[subject], array[sequence], array[type], array[null::integer],
    array[null::bigint]
  from made where batched;
  return null;
end
$$;

create trigger refund_events after update of status on refund for each row
  when (old.status <> new.status and new.order_id is null and new.origin in ('operator', 'system'))
  execute function refund_events();
