import { firstIdAt } from '../../core/id.ts';
import { closedPaymentStatuses } from '../../core/payment.ts';
import {
  capturedMailsMax,
  type DroppedSlice,
  keptActions,
  type RetentionKind,
  type RetentionSlice,
} from '../../core/retention.ts';
import { droppedResponseSql } from '../stored/response.ts';
import { isOneOf } from '../stored/statuses.ts';
import type { Connection } from './connection.ts';

type Drop = (slice: RetentionSlice) => DroppedSlice;

/** See `Store.dropOld`. Runs in the caller's transaction. */
export const createDropOld = (connection: Connection): Drop => {
  const drops: Readonly<Record<RetentionKind, Drop>> = {
    responses: createDropResponses(connection),
    ledger: createDropLedger(connection),
    activity: createDropActivity(connection),
    providerEvents: createDropProviderEvents(connection),
    mails: createDropMails(connection),
  };
  return (slice) => drops[slice.kind](slice);
};

/**
 * Walks through a table by its ids, because most of its rows stay: without the mark, each slice would read again what
 * earlier ones have left.
 */
const createWalk = ({ client }: Connection, table: string, change: string): Drop => {
  const lastOf = client.prepare<
    [string, string, number],
    { readonly id: string | null; readonly rows: number }
  >(
    `select max(id) as id, count(*) as rows
     from (select id from ${table} where id > ? and id < ? order by id limit ?)`,
  );
  const changeBetween = client.prepare<[string, string]>(change);
  const mark = client
    .prepare<[RetentionKind], string>('select after from retention_progress where kind = ?')
    .pluck();
  const setMark = client.prepare<[RetentionKind, string]>(
    'insert into retention_progress (kind, after) values (?, ?) on conflict (kind) do update set after = excluded.after',
  );
  return ({ kind, beforeMs, limit }) => {
    const after = mark.get(kind) ?? '';
    const page = lastOf.get(after, firstIdAt(beforeMs), limit);
    if (page === undefined || page.id === null) return { rows: 0, isMore: false };
    const { changes } = changeBetween.run(after, page.id);
    setMark.run(kind, page.id);
    return { rows: changes, isMore: page.rows === limit };
  };
};

/** An open payment keeps its response: it may still be claimed again, and is there for days at most. */
const createDropResponses = (connection: Connection): Drop =>
  createWalk(
    connection,
    'payment',
    `update payment set response = ${droppedResponseSql.sqlite}
     where id > ? and id <= ? and response is not null and ${isOneOf('status', closedPaymentStatuses)}`,
  );

const createDropActivity = (connection: Connection): Drop =>
  createWalk(
    connection,
    'activity',
    `delete from activity where id > ? and id <= ?
       and action not in (${keptActions.map((action) => `'${action}'`).join(', ')})`,
  );

const countOf = (rows: number, { limit }: RetentionSlice): DroppedSlice => ({ rows, isMore: rows === limit });

const createDropLedger = ({ client }: Connection): Drop => {
  // The ids of tasks are in the order of time, so the scan begins with the oldest and ends at the slice.
  const drop = client.prepare<[string, number]>(
    `delete from step_ledger where (task_id, step) in (
       select task_id, step from step_ledger l
       where task_id < ? and not exists (select 1 from task t where t.id = l.task_id)
       order by task_id limit ?
     )`,
  );
  return (slice) => countOf(drop.run(firstIdAt(slice.beforeMs), slice.limit).changes, slice);
};

const createDropProviderEvents = ({ client }: Connection): Drop => {
  const drop = client.prepare<[number, number]>(
    `delete from provider_event where id in (
       select id from provider_event e
       where received_ms < ? and not exists (select 1 from task t where t.job_id = e.id)
       order by received_ms limit ?
     )`,
  );
  return (slice) => countOf(drop.run(slice.beforeMs, slice.limit).changes, slice);
};

const createDropMails = ({ client }: Connection): Drop => {
  // Looks at the oldest ones only.
  const drop = client.prepare<[number, number, number]>(
    `delete from captured_mail where id in (
       select id from (select id, at_ms from captured_mail order by id limit ?)
       where id <= (select max(id) from captured_mail) - ? or at_ms < ?
     )`,
  );
  return (slice) => countOf(drop.run(slice.limit, capturedMailsMax, slice.beforeMs).changes, slice);
};
