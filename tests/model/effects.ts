import { invoiceNumber, invoiceYear } from '../../core/invoice.ts';
import { licenceKey } from '../../core/licence.ts';
import type { Effect } from '../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../core/queue.ts';
import type { EffectOutcome } from '../../core/steps.ts';
import { allocate } from '../../core/stock.ts';
import type { Random } from '../../core/world.ts';
import { rowOf, type Tables, type Writes } from './tables.ts';

/** Where an effect takes place: in the transaction of `writes`. */
export type Place = {
  readonly tables: Tables;
  readonly writes: Writes;
  readonly random: Random;
  readonly nowMs: number;
};

/** What our own tables do for a batch of orders; total over the core's effects. */
export const effects: Readonly<
  Record<Effect, (tasks: readonly LockedTask[], place: Place) => readonly EffectOutcome[]>
> = {
  take_stock: (tasks, place) => takeStock(tasks, place).outcomes,

  issue_licences: (tasks, place) => {
    const { outcomes, granted } = takeStock(tasks, place);
    for (const { id, order } of tasks) {
      if (!granted.has(id)) continue;
      const keys = Array.from({ length: order.quantity }, () => licenceKey(place.random));
      place.writes.set(place.tables.licences, order.id, keys);
    }
    return outcomes;
  },

  issue_invoice: (tasks, { tables, writes, nowMs }) => {
    const year = invoiceYear(nowMs);
    return tasks.map(({ id, order }) => {
      if (tables.invoices.has(order.id)) throw new Error(`the order ${order.id} has its invoice already`);
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

/** Takes from the stock of each product what can be had, in the order of the tasks. */
const takeStock = (
  tasks: readonly LockedTask[],
  { tables, writes }: Place,
): { readonly outcomes: readonly EffectOutcome[]; readonly granted: ReadonlySet<string> } => {
  const shelf = new Map(
    tasks.map(({ order }) => [order.product.id, rowOf(tables.products, order.product.id).product.stock]),
  );
  const wants = tasks.map(({ id, order }) => ({
    taskId: id,
    productId: order.product.id,
    quantity: order.quantity,
  }));
  const { granted, taken } = allocate(shelf, wants);
  for (const [productId, count] of taken) {
    const row = rowOf(tables.products, productId);
    const stock = (row.product.stock ?? 0) - count;
    writes.set(tables.products, productId, { ...row, product: { ...row.product, stock } });
  }
  const outcomes = tasks.map(
    ({ id, order }): EffectOutcome =>
      granted.has(id)
        ? { taskId: id, kind: 'done', detail: null }
        : { taskId: id, kind: 'refused', detail: `out of stock: ${order.product.code}` },
  );
  return { outcomes, granted };
};
