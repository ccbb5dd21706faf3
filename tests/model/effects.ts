import type { Calendar } from '../../core/calendar.ts';
import { invoiceNumber } from '../../core/invoice.ts';
import { licenceKey } from '../../core/licence.ts';
import type { Effect } from '../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../core/queue.ts';
import type { EffectOutcome } from '../../core/steps.ts';
import { allocate } from '../../core/stock.ts';
import type { Random } from '../../core/world.ts';
import { rowOf, type Tables, type Writes } from './tables.ts';

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
  deduct_stock: (tasks, context) => deductStock(tasks, context).outcomes,

  issue_licences: (tasks, context) => {
    const { outcomes, fulfilled } = deductStock(tasks, context);
    for (const { id, order } of tasks) {
      if (!fulfilled.has(id)) continue;
      const keys = Array.from({ length: order.quantity }, () => licenceKey(context.random));
      context.writes.set(context.tables.licences, order.id, keys);
    }
    return outcomes;
  },

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

/** Deducts each task's quantity from the stock, in the order of the tasks: the whole quantity or nothing. */
const deductStock = (
  tasks: readonly LockedTask[],
  { tables, writes }: EffectContext,
): { readonly outcomes: readonly EffectOutcome[]; readonly fulfilled: ReadonlySet<string> } => {
  const stockLevels = new Map(
    tasks.map(({ order }) => [order.product.id, rowOf(tables.products, order.product.id).product.stock]),
  );
  const requests = tasks.map(({ id, order }) => ({
    taskId: id,
    productId: order.product.id,
    quantity: order.quantity,
  }));
  const { fulfilled, deducted } = allocate(stockLevels, requests);
  for (const [productId, count] of deducted) {
    const row = rowOf(tables.products, productId);
    const stock = (row.product.stock ?? 0) - count;
    writes.set(tables.products, productId, { ...row, product: { ...row.product, stock } });
  }
  const outcomes = tasks.map(
    ({ id, order }): EffectOutcome =>
      fulfilled.has(id)
        ? { taskId: id, kind: 'done', detail: null }
        : { taskId: id, kind: 'refused', detail: `out of stock: ${order.product.code}` },
  );
  return { outcomes, fulfilled };
};
