import { err, ok } from 'neverthrow';
import type { ClaimEvents, EventReport, Events } from '../../../core/relay.ts';
import type { EventRow } from '../../stored/subscription.ts';
import type { Sql, Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { withIndexScans } from '../nestedLoops.ts';
import { type BatchedEvent, readBatches, writeOut } from './batches.ts';
import { leasedFrom } from './bodies.ts';

export const createRuns = (sql: Sql): Pick<Events, 'claimRun' | 'reportRun'> => ({
  claimRun: async (query) => {
    const leased = await orUnavailable(() => leaseRun(sql, query));
    if (leased.isErr()) return err(leased.error);
    const lease = leased.value;
    if (lease === null) return ok([]);
    const run = await withIndexScans(sql, (tx) => readRun(tx, query, lease));
    if (run.isErr()) return err(run.error);
    return orUnavailable(async () => {
      // All that is due waits for an earlier event.
      if (run.value.length === 0)
        await sql`
          update subscription set lease_until_ms = 0 where id = ${query.subscriptionId} and lease = ${lease}`;
      return leasedFrom(
        sql,
        run.value.map((row) => ({ ...row, lease })),
      );
    });
  },

  reportRun: (subscriptionId, reports, health) =>
    withIndexScans(sql, async (tx) => {
      const [first] = reports;
      if (first === undefined) return 0;
      const batches = [...new Set(reports.flatMap(({ batch }) => batch ?? []))];
      const [counted] = await tx<{ is: boolean }[]>`
        with holder as (
          update subscription set lease_until_ms = 0,
            failures = coalesce(${health?.failures ?? null}, failures),
            failing_since_ms = case when ${health === null} then failing_since_ms else ${health?.failingSinceMs ?? null}::bigint end,
            retry_ms = coalesce(${health?.retryAtMs ?? null}, retry_ms),
            paused = paused or ${(health?.pauseReason ?? null) !== null},
            pause_reason = coalesce(${health?.pauseReason ?? null}, pause_reason)
          where id = ${subscriptionId} and lease = ${first.lease} and lease_until_ms > 0
          returning id
        ), finished as (
          delete from event_batch where ctid = any(array(
            select b.place from unnest(${batches}::bigint[]) as r(id) cross join lateral (
              select ctid as place from event_batch where subscription_id = ${subscriptionId} and id = r.id offset 0
            ) b
            where exists (select from holder)
          ))
          returning *
        ) ${keepUndelivered(tx, reports)}
        select exists (select from holder) as is`;
      if (counted?.is !== true) return 0;
      await writeRows(tx, subscriptionId, reports);
      return reports.length;
    }),
});

const leaseRun = async (
  sql: Sql,
  { subscriptionId, nowMs, leaseMs }: ClaimEvents,
): Promise<number | null> => {
  const [leased] = await sql<{ lease: number }[]>`
    update subscription set lease = lease + 1, lease_until_ms = ${nowMs + leaseMs}
    where id = ${subscriptionId} and not paused and lease_until_ms <= ${nowMs}
    returning lease`;
  return leased?.lease ?? null;
};

/**
 * What became of events that have rows of their own. As a rule there are none. The caller's transaction has locked the
 * subscription, so nobody else writes these rows. They are looked up by their key and then found by their place: in a
 * join by the key, the server might read all events that wait for each of them.
 */
const writeRows = async (
  tx: Transaction,
  subscriptionId: string,
  reports: readonly EventReport[],
): Promise<void> => {
  const rows = reports.flatMap(({ subject, sequence, batch, outcome }) =>
    batch !== undefined || outcome.kind === 'released'
      ? []
      : { subject, sequence, due_ms: outcome.kind === 'failed' ? outcome.dueAtMs : null },
  );
  if (rows.length === 0) return;
  await tx`
    with reported as materialized (
      select e.place, r.due_ms
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(subject uuid, sequence bigint, due_ms bigint)
      cross join lateral (
        select ctid as place from event
        where subscription_id = ${subscriptionId} and subject = r.subject and sequence = r.sequence offset 0
      ) e
    ), delivered as (
      delete from event e using reported r where r.due_ms is null and e.ctid = r.place
    )
    update event e set due_ms = r.due_ms, attempts = e.attempts + 1
    from reported r where r.due_ms is not null and e.ctid = r.place`;
};

/** Of the batches that the statement deletes, gives each event that was not delivered a row of its own. */
const keepUndelivered = (sql: Transaction, reports: readonly EventReport[]) => {
  const kept = reports.flatMap(({ subject, sequence, batch, outcome }) =>
    batch === undefined || outcome.kind === 'delivered'
      ? []
      : { subject, sequence, dueAtMs: outcome.kind === 'failed' ? outcome.dueAtMs : null },
  );
  if (kept.length === 0) return sql``;
  return sql`, kept as (
    insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms, attempts, quantity, amount)
    select b.subscription_id, e.subject, e.sequence, case when e.quantity is null then 'checkout' else 'order' end, e.type,
      b.at_ms, coalesce(r.due_ms, b.at_ms), case when r.due_ms is null then 0 else 1 end, e.quantity, e.amount
    from finished b
    cross join unnest(b.subjects, b.sequences, b.types, b.quantities, b.amounts)
      as e(subject, sequence, type, quantity, amount)
    join unnest(
      ${kept.map(({ subject }) => subject)}::uuid[], ${kept.map(({ sequence }) => sequence)}::bigint[],
      ${kept.map(({ dueAtMs }) => dueAtMs)}::bigint[]
    ) as r(subject, sequence, due_ms) on r.subject = e.subject and r.sequence = e.sequence
    on conflict do nothing
  )`;
};

type RunQuery = Pick<ClaimEvents, 'subscriptionId' | 'limit' | 'nowMs'>;

/**
 * The events of a run: first those that have rows of their own, then whole batches. These statements come after the one
 * that leases: their snapshots have all that the last holder has reported.
 */
const readRun = async (sql: Transaction, query: RunQuery, lease: number): Promise<readonly EventRow[]> => {
  const { subscriptionId, limit } = query;
  const [batches, hasRows] = await Promise.all([readBatches(sql, query), findRows(sql, subscriptionId)]);
  if (!hasRows && batches.every(({ length }) => length <= limit)) return fill([], batches, limit);
  const [rows, waiting] = await Promise.all([
    readRows(sql, query),
    findWaiting(sql, subscriptionId, batches.flat()),
  ]);
  const { whole, split } = splitBatches(batches, waiting, rows.length > 0 ? Number.POSITIVE_INFINITY : limit);
  if (split.length === 0) return fill(rows, whole, limit);
  await writeOut(sql, { subscriptionId, lease }, split);
  return fill(await readRows(sql, query), whole, limit);
};

/** Those of `batches` for which there is room after `rows`. */
const fill = (
  rows: readonly EventRow[],
  batches: readonly (readonly BatchedEvent[])[],
  limit: number,
): readonly EventRow[] => {
  const run = [...rows];
  for (const batch of batches) {
    if (run.length + batch.length > limit) break;
    run.push(...batch);
  }
  return run;
};

/**
 * Batches that can be sent whole, and those whose events need rows of their own: because an event in them must wait for one
 * that has such a row, or because they are more than `most`. Rows are sent before batches, so all batches that share a
 * subject with a split one are split too: the earlier ones would come too late, and the later ones too early.
 */
const splitBatches = (
  batches: readonly (readonly BatchedEvent[])[],
  waiting: ReadonlySet<string>,
  most: number,
) => {
  const held = new Set(waiting);
  const split: number[] = [];
  let whole = batches;
  for (let found = true; found; ) {
    found = false;
    whole = whole.filter((batch) => {
      if (batch.length <= most && !batch.some(({ subject }) => held.has(subject))) return true;
      found = true;
      split.push(...batch.slice(0, 1).map((event) => event.batch));
      for (const { subject } of batch) held.add(subject);
      return false;
    });
  }
  return { whole, split };
};

const findRows = async (sql: Transaction, subscriptionId: string): Promise<boolean> => {
  const [row] = await sql<{ is: boolean }[]>`
    select exists (select from event where subscription_id = ${subscriptionId}) as is`;
  return row?.is === true;
};

/** Of the subjects of these events, those that have a row of their own. */
const findWaiting = async (
  sql: Transaction,
  subscriptionId: string,
  events: readonly BatchedEvent[],
): Promise<ReadonlySet<string>> => {
  const subjects = [...new Set(events.map(({ subject }) => subject))];
  const rows = await sql<{ subject: string }[]>`
    select s.subject from unnest(${subjects}::uuid[]) as s(subject)
    cross join lateral (
      select from event where subscription_id = ${subscriptionId} and subject = s.subject limit 1
    ) e`;
  return new Set(rows.map(({ subject }) => subject));
};

/**
 * What follows the first event of a subject comes with it, so that no event is ever before an earlier one. The first ones
 * are found as a claim finds them.
 */
const readRows = (sql: Transaction, { subscriptionId, limit, nowMs }: RunQuery): Promise<EventRow[]> => sql<
  EventRow[]
>`
  with first as materialized (
    select subject, due_ms from event e
    where subscription_id = ${subscriptionId} and due_ms >= 0 and due_ms <= ${nowMs} and sequence = (
      select lowest.sequence from event lowest
      where lowest.subscription_id = ${subscriptionId} and lowest.subject = e.subject
      order by lowest.sequence limit 1
    )
    order by due_ms limit ${limit}
  )
  select e.kind, e.subject, e.sequence, e.type, e.at_ms as "atMs", e.quantity, e.amount, e.body, e.attempts, e.lease
  from first f cross join lateral (
    select * from event where subscription_id = ${subscriptionId} and subject = f.subject offset 0
  ) e
  order by f.due_ms, e.subject, e.sequence limit ${limit}`;
