import type { EventRow } from '../../stored/subscription.ts';
import type { Sql, Transaction } from '../connection.ts';

/** A row of `event_batch`. The lists are parallel, as texts: to read them as arrays takes the driver ten times as long. */
type BatchRow = {
  readonly id: number;
  readonly at_ms: number;
  readonly subjects: string;
  readonly sequences: string;
  readonly types: string;
  readonly quantities: string;
  readonly amounts: string;
};

/** An event that has no row of its own. */
export type BatchedEvent = EventRow & { readonly batch: number };

/**
 * The events of the oldest batches, each batch whole. Their number is at most `limit`, if the first batch has no more. A
 * batch has at least one event, so there are no more batches than that.
 */
export const readBatches = async (
  sql: Transaction,
  { subscriptionId, limit }: { readonly subscriptionId: string; readonly limit: number },
): Promise<readonly (readonly BatchedEvent[])[]> => {
  // Nothing but the two numbers is read of batches that have no room.
  const rows = await sql<BatchRow[]>`
    with oldest as materialized (
      select id, events, sum(events) over (order by id) as upto from event_batch
      where subscription_id = ${subscriptionId} order by id limit ${Math.min(limit, batchesMax)}
    )
    select b.id, b.at_ms, array_to_string(subjects, ',') as subjects, array_to_string(sequences, ',') as sequences,
      array_to_string(types, ',') as types, array_to_string(quantities, ',', '') as quantities,
      array_to_string(amounts, ',', '') as amounts
    from oldest o
    cross join lateral (select * from event_batch where subscription_id = ${subscriptionId} and id = o.id offset 0) b
    where o.upto <= ${limit} or o.upto = o.events
    order by b.id`;
  return rows.map(eventsOf);
};

const batchesMax = 1_000;

const eventsOf = ({ id, at_ms: atMs, ...lists }: BatchRow): readonly BatchedEvent[] => {
  const [sequences, types, quantities, amounts] = [
    lists.sequences.split(','),
    lists.types.split(','),
    lists.quantities.split(','),
    lists.amounts.split(','),
  ];
  return lists.subjects
    .split(',')
    .map((subject, index): BatchedEvent => {
      const quantity = quantities[index] ?? '';
      return {
        kind: quantity === '' ? 'checkout' : 'order',
        subject,
        sequence: Number(sequences[index]),
        type: types[index] ?? '',
        atMs,
        quantity: quantity === '' ? null : Number(quantity),
        amount: quantity === '' ? null : Number(amounts[index]),
        body: null,
        attempts: 0,
        lease: 0,
        batch: id,
      };
    })
    .sort((one, other) => one.sequence - other.sequence);
};

/** Gives each event of these batches a row of its own. Does nothing under an old lease. */
export const writeOut = async (
  sql: Sql | Transaction,
  { subscriptionId, lease }: { readonly subscriptionId: string; readonly lease: number },
  batches: readonly number[],
): Promise<void> => {
  await sql`
    with holder as materialized (
      select id from subscription where id = ${subscriptionId} and lease = ${lease} and lease_until_ms > 0 for update
    ), split as (
      delete from event_batch where subscription_id = ${subscriptionId} and id = any(${[...batches]}::bigint[])
        and exists (select from holder)
      returning *
    )
    insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms, quantity, amount)
    select b.subscription_id, e.subject, e.sequence, case when e.quantity is null then 'checkout' else 'order' end, e.type,
      b.at_ms, b.at_ms, e.quantity, e.amount
    from split b
    cross join unnest(b.subjects, b.sequences, b.types, b.quantities, b.amounts)
      as e(subject, sequence, type, quantity, amount)
    on conflict do nothing`;
};

/**
 * Deletes batches that happened before `beforeMs`, of each subscription at most as many as have `limit` events or more. By
 * their places, which stay as they are: nobody changes a batch.
 */
export const dropBatches = (
  sql: Transaction,
  beforeMs: number,
  limit: number,
): Promise<readonly { readonly subscriptionId: string; readonly events: number }[]> => sql<
  { subscriptionId: string; events: number }[]
>`
  with old as materialized (
    select place from (
      select b.place, b.at_ms, coalesce(sum(b.events) over (
        partition by s.id order by b.id rows between unbounded preceding and 1 preceding
      ), 0) as before
      from subscription s cross join lateral (
        select ctid as place, id, at_ms, events from event_batch where subscription_id = s.id order by id limit ${limit}
      ) b
    ) b where at_ms < ${beforeMs} and before < ${limit}
  ), dropped as (
    delete from event_batch where ctid = any(array(select place from old)) returning subscription_id, events
  )
  select subscription_id as "subscriptionId", sum(events)::bigint as events from dropped
  group by subscription_id order by subscription_id`;
