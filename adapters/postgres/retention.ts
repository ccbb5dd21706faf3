import { firstId, firstIdAt } from '../../core/id.ts';
import { closedPaymentStatuses } from '../../core/payment.ts';
import {
  capturedMailsMax,
  type DroppedSlice,
  keptActions,
  type RetentionKind,
  type RetentionSlice,
} from '../../core/retention.ts';
import type { Store } from '../../core/store.ts';
import { droppedResponseSql } from '../stored/response.ts';
import { inTransaction, type Sql, type Transaction } from './connection.ts';
import { statusList } from './statuses.ts';

type Drop = (tx: Transaction, slice: RetentionSlice) => Promise<DroppedSlice>;

/** See `Store.dropOld`. */
export const dropOld = (sql: Sql, slice: RetentionSlice): ReturnType<Store['dropOld']> =>
  inTransaction(sql, (tx) => drops[slice.kind](tx, slice));

const nothing: DroppedSlice = { rows: 0, isMore: false };

/**
 * Walks through a table by its ids, because most of its rows stay: without the mark, each slice would read again what
 * earlier ones have left. The lock on the mark keeps other processes out, and nobody waits for it.
 */
const walk = async (
  tx: Transaction,
  { kind, beforeMs, limit }: RetentionSlice,
  readPage: (range: { readonly after: string; readonly until: string }) => Promise<{ id: string }[]>,
  drop: (ids: string[]) => Promise<{ readonly count: number }>,
): Promise<DroppedSlice> => {
  const after = await lockMark(tx, kind);
  if (after === null) return nothing;
  const page = await readPage({ after, until: firstIdAt(beforeMs) });
  const last = page.at(-1);
  if (last === undefined) return nothing;
  const { count } = await drop(page.map(({ id }) => id));
  await tx`update retention_progress set after = ${last.id} where kind = ${kind}`;
  return { rows: count, isMore: page.length === limit };
};

/** Null if another process works on a slice now. */
const lockMark = async (tx: Transaction, kind: RetentionKind): Promise<string | null> => {
  const select = () => tx<{ after: string }[]>`
    select after from retention_progress where kind = ${kind} for update skip locked`;
  const [mark] = await select();
  if (mark !== undefined) return mark.after;
  await tx`insert into retention_progress (kind, after) values (${kind}, ${firstId}) on conflict do nothing`;
  return (await select())[0]?.after ?? null;
};

/** An open payment keeps its response: it may still be claimed again, and is there for days at most. */
const dropResponses: Drop = (tx, slice) =>
  walk(
    tx,
    slice,
    ({ after, until }) => tx`
      select id from payment where id > ${after} and id < ${until} order by id limit ${slice.limit}`,
    (ids) => tx`
      with old as (
        select id from payment
        where id = any(${ids}::uuid[]) and response is not null and status in (${statusList(tx, closedPaymentStatuses)})
        order by id for update
      )
      update payment p set response = ${tx.unsafe(droppedResponseSql.postgres)} from old where p.id = old.id`,
  );

const dropActivity: Drop = (tx, slice) =>
  walk(
    tx,
    slice,
    ({ after, until }) => tx`
      select id from activity where id > ${after} and id < ${until} order by id limit ${slice.limit}`,
    (ids) => tx`
      delete from activity where id = any(${ids}::uuid[]) and action <> all(${keptActions as string[]}::text[])`,
  );

const countOf = ({ count }: { readonly count: number }, { limit }: RetentionSlice): DroppedSlice => ({
  rows: count,
  isMore: count === limit,
});

// The oldest rows are a CTE that is run once. As a subquery the server may run it for each row that it deletes, and a
// row that is deleted already is skipped: then more than a slice goes.

// The ids of tasks are in the order of time, so the scan begins with the oldest and ends at the slice.
const dropLedger: Drop = async (tx, slice) =>
  countOf(
    await tx`
      with old as materialized (
        select task_id, step from step_ledger l
        where task_id < ${firstIdAt(slice.beforeMs)} and not exists (select from task t where t.id = l.task_id)
        order by task_id limit ${slice.limit}
        for update skip locked
      )
      delete from step_ledger s using old where s.task_id = old.task_id and s.step = old.step`,
    slice,
  );

const dropProviderEvents: Drop = async (tx, slice) =>
  countOf(
    await tx`
      with old as materialized (
        select id from provider_event e
        where received_ms < ${slice.beforeMs} and not exists (select from task where job_id = e.id)
        order by received_ms limit ${slice.limit}
        for update skip locked
      )
      delete from provider_event e using old where e.id = old.id`,
    slice,
  );

// Looks at the oldest ones only.
const dropMails: Drop = async (tx, slice) =>
  countOf(
    await tx`
      delete from captured_mail where id in (
        select id from (select id, at_ms from captured_mail order by id limit ${slice.limit}) as oldest
        where id <= (select max(id) from captured_mail) - ${capturedMailsMax}::bigint or at_ms < ${slice.beforeMs}::bigint
      )`,
    slice,
  );

const drops: Readonly<Record<RetentionKind, Drop>> = {
  responses: dropResponses,
  ledger: dropLedger,
  activity: dropActivity,
  providerEvents: dropProviderEvents,
  mails: dropMails,
};
