import type { Calendar } from '../../core/calendar.ts';
import { invoiceNumber } from '../../core/invoice.ts';
import { licenceKey } from '../../core/licence.ts';
import type { Effect } from '../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../core/queue.ts';
import type { EffectOutcome } from '../../core/steps.ts';
import type { Random } from '../../core/world.ts';
import type { Tables, Writes } from './tables.ts';

/** What an effect needs. It writes in the transaction of `writes`. */
export type EffectContext = {
  readonly tables: Tables;
  readonly writes: Writes;
  readonly random: Random;
  readonly calendar: Calendar;
  readonly nowMs: number;
};

/** Runs an effect for a batch of orders. It has an entry for each effect of core. */
export const effects: Readonly<
  Record<Effect, (tasks: readonly LockedTask[], context: EffectContext) => readonly EffectOutcome[]>
> = {
  book_places: (tasks) => tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null })),

  issue_licences: (tasks, { tables, writes, random }) =>
    tasks.map(({ id, order }) => {
      const keys = Array.from({ length: order.quantity }, () => licenceKey(random));
      writes.set(tables.licences, order.id, keys);
      return { taskId: id, kind: 'done', detail: null };
    }),

  issue_invoice: (tasks, { tables, writes, calendar, nowMs }) => {
    const year = calendar.yearOf(nowMs);
    return tasks.map(({ id, order }) => {
      if (tables.invoices.has(order.id)) throw new Error(`the order ${order.id} already has an invoice`);
      const sequence = (tables.invoiceCounters.get(year) ?? 0) + 1;
      const number = invoiceNumber(year, sequence);
      writes.set(tables.invoiceCounters, year, sequence);
      writes.set(tables.invoices, order.id, { number, issuedAtMs: nowMs });
      return { taskId: id, kind: 'done', detail: number };
    });
  },

  request_shipment: (tasks, { tables, writes, nowMs }) =>
    tasks.map(({ id, order }) => {
      writes.set(tables.shipments, order.id, nowMs);
      return { taskId: id, kind: 'done', detail: null };
    }),
};
