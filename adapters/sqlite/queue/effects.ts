import { invoiceNumber, invoiceYear } from '../../../core/invoice.ts';
import { licenceKey } from '../../../core/licence.ts';
import type { Effect } from '../../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../../core/queue.ts';
import type { EffectOutcome } from '../../../core/steps.ts';
import { allocate } from '../../../core/stock.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';

type RunEffect = (tasks: readonly LockedTask[], nowMs: number) => readonly EffectOutcome[];

/** What the database does for a batch of orders, inside the caller's transaction; total over the effects. */
export const createEffects = (connection: Connection, world: World): Readonly<Record<Effect, RunEffect>> => {
  const takeStock = stockTaking(connection);
  return {
    take_stock: takeStock,
    issue_licences: licenceIssuing(connection, world, takeStock),
    issue_invoice: invoiceIssuing(connection),
    request_shipment: shipmentRequesting(connection),
  };
};

const stockTaking = ({ client }: Connection): RunEffect => {
  const stockOf = client.prepare<[string], number | null>('select stock from product where id = ?').pluck();
  const reduce = client.prepare<[number, string]>('update product set stock = stock - ? where id = ?');

  return (tasks) => {
    const wants = tasks.map(({ id, order }) => ({
      taskId: id,
      productId: order.product.id,
      quantity: order.quantity,
    }));
    const productIds = new Set(wants.map(({ productId }) => productId));
    const shelf = new Map([...productIds].map((id) => [id, stockOf.get(id) ?? null]));
    const { granted, taken } = allocate(shelf, wants);
    for (const [productId, count] of taken) reduce.run(count, productId);
    return tasks.map(({ id, order }) =>
      granted.has(id)
        ? { taskId: id, kind: 'done', detail: null }
        : { taskId: id, kind: 'refused', detail: `out of stock: ${order.product.code}` },
    );
  };
};

const licenceIssuing = ({ client }: Connection, { random }: World, takeStock: RunEffect): RunEffect => {
  const insert = client.prepare<[string, number, string]>(
    'insert into licence (order_id, unit, key) values (?, ?, ?)',
  );
  return (tasks, nowMs) => {
    const outcomes = takeStock(tasks, nowMs);
    tasks.forEach(({ order }, index) => {
      if (outcomes[index]?.kind !== 'done') return;
      for (let unit = 1; unit <= order.quantity; unit++) insert.run(order.id, unit, licenceKey(random));
    });
    return outcomes;
  };
};

/** One raise of the year's counter for the batch, in the transaction of the invoices: no number is lost. */
const invoiceIssuing = ({ client }: Connection): RunEffect => {
  const raise = client
    .prepare<[number, number], number>(
      `insert into invoice_counter (year, last) values (?, ?)
       on conflict (year) do update set last = last + excluded.last returning last`,
    )
    .pluck();
  const insert = client.prepare<[number, number, string, number]>(
    'insert into invoice (year, sequence, order_id, issued_ms) values (?, ?, ?, ?)',
  );
  return (tasks, nowMs) => {
    const year = invoiceYear(nowMs);
    const first = (raise.get(year, tasks.length) ?? 0) - tasks.length + 1;
    return tasks.map(({ id, order }, index) => {
      const sequence = first + index;
      insert.run(year, sequence, order.id, nowMs);
      return { taskId: id, kind: 'done', detail: invoiceNumber(year, sequence) };
    });
  };
};

const shipmentRequesting = ({ client }: Connection): RunEffect => {
  const insert = client.prepare<[string, number]>(
    'insert into shipment (order_id, requested_ms) values (?, ?)',
  );
  return (tasks, nowMs) =>
    tasks.map(({ id, order }) => {
      insert.run(order.id, nowMs);
      return { taskId: id, kind: 'done', detail: null };
    });
};
