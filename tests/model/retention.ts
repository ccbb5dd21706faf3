import { firstIdAt } from '../../core/id.ts';
import { openPaymentStatuses } from '../../core/payment.ts';
import {
  capturedMailsMax,
  type DroppedSlice,
  keptActions,
  type RetentionKind,
  type RetentionSlice,
} from '../../core/retention.ts';
import { rowOf, type Tables } from './tables.ts';

/** See `Store.dropOld`. */
export const dropOld = (tables: Tables, slice: RetentionSlice): DroppedSlice =>
  drops[slice.kind](tables, slice);

type Drop = (tables: Tables, slice: RetentionSlice) => DroppedSlice;

/** Passes over the ids that are older and were not read before, and remembers how far it came. */
const walk = (
  tables: Tables,
  ids: readonly string[],
  { kind, beforeMs, limit }: RetentionSlice,
  drop: (id: string) => boolean,
): DroppedSlice => {
  const after = tables.retentionProgress.get(kind) ?? '';
  const page = ids
    .filter((id) => id > after && id < firstIdAt(beforeMs))
    .toSorted()
    .slice(0, limit);
  const last = page.at(-1);
  if (last !== undefined) tables.retentionProgress.set(kind, last);
  return { rows: page.filter(drop).length, isMore: page.length === limit };
};

const take = (ids: readonly string[], limit: number, drop: (id: string) => unknown): DroppedSlice => {
  const page = ids.slice(0, limit);
  for (const id of page) drop(id);
  return { rows: page.length, isMore: page.length === limit };
};

const drops: Readonly<Record<RetentionKind, Drop>> = {
  responses: (tables, slice) =>
    walk(tables, [...tables.payments.keys()], slice, (id) => {
      const audit = rowOf(tables.audits, id);
      const { payment } = rowOf(tables.payments, id);
      if (audit.response === null || openPaymentStatuses.includes(payment.status)) return false;
      tables.audits.set(id, { ...audit, response: 'dropped' });
      return true;
    }),

  ledger: (tables, { beforeMs, limit }) => {
    const isOld = (key: string): boolean => {
      const [taskId = ''] = key.split('.');
      return taskId < firstIdAt(beforeMs) && !tables.tasks.has(taskId);
    };
    const keys = [...tables.stepLedger.keys()].filter(isOld).toSorted();
    return take(keys, limit, (key) => tables.stepLedger.delete(key));
  },

  activity: (tables, slice) =>
    walk(
      tables,
      [...tables.activity.keys()],
      slice,
      (id) => !keptActions.includes(rowOf(tables.activity, id).action) && tables.activity.delete(id),
    ),

  providerEvents: (tables, { beforeMs, limit }) => {
    const unhandled = new Set([...tables.tasks.values()].map(({ jobId }) => jobId));
    const keys = [...tables.eventIds].flatMap(([key, id]) =>
      rowOf(tables.events, id).receivedMs < beforeMs && !unhandled.has(id) ? [key] : [],
    );
    return take(keys, limit, (key) => {
      tables.events.delete(tables.eventIds.get(key) ?? '');
      tables.eventIds.delete(key);
    });
  },

  mails: (tables, { beforeMs, limit }) => {
    const all = [...tables.mails.values()];
    const old = all
      .filter(({ atMs }, index) => all.length - index > capturedMailsMax || atMs < beforeMs)
      .map(({ messageId }) => messageId);
    return take(old, limit, (messageId) => tables.mails.delete(messageId));
  },
};
