import { invoiceNumber } from '../../../core/invoice.ts';
import { licenceKey } from '../../../core/licence.ts';
import type { Effect } from '../../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../../core/queue.ts';
import type { EffectOutcome } from '../../../core/steps.ts';
import { allocate } from '../../../core/stock.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';

type RunEffect = (tasks: readonly LockedTask[], nowMs: number) => readonly EffectOutcome[];

/** Each effect runs for a batch of orders, in the caller's transaction. There is an entry for each effect of core. */
export const createEffects = (connection: Connection, world: World): Readonly<Record<Effect, RunEffect>> => {
  const deductStock = createDeductStock(connection);
  return {
    deduct_stock: deductStock,
    issue_licences: createIssueLicences(connection, world, deductStock),
    issue_invoice: createIssueInvoice(connection, world),
    request_shipment: createRequestShipment(connection),
  };
};

const createDeductStock = ({ client }: Connection): RunEffect => {
  const stockOf = client.prepare<[string], number | null>('select stock from product where id = ?').pluck();
  const reduceStock = client.prepare<[number, string]>('update product set stock = stock - ? where id = ?');

  return (tasks) => {
    const requests = tasks.map(({ id, order }) => ({
      taskId: id,
      productId: order.product.id,
      quantity: order.quantity,
    }));
    const productIds = new Set(requests.map(({ productId }) => productId));
    const stockLevels = new Map([...productIds].map((id) => [id, stockOf.get(id) ?? null]));
    const { fulfilled, deducted } = allocate(stockLevels, requests);
    for (const [productId, count] of deducted) reduceStock.run(count, productId);
    return tasks.map(({ id, order }) =>
      fulfilled.has(id)
        ? { taskId: id, kind: 'done', detail: null }
        : { taskId: id, kind: 'refused', detail: `out of stock: ${order.product.code}` },
    );
  };
};

const createIssueLicences = (
  { client }: Connection,
  { random }: World,
  deductStock: RunEffect,
): RunEffect => {
  const insert = client.prepare<[string, number, string]>(
    'insert into licence (order_id, unit, key) values (?, ?, ?)',
  );
  return (tasks, nowMs) => {
    const outcomes = deductStock(tasks, nowMs);
    tasks.forEach(({ order }, index) => {
      if (outcomes[index]?.kind !== 'done') return;
      for (let unit = 1; unit <= order.quantity; unit++) insert.run(order.id, unit, licenceKey(random));
    });
    return outcomes;
  };
};

/** Raises the counter of the year once per batch, in the transaction of the invoices, so no number is lost. */
const createIssueInvoice = ({ client }: Connection, world: World): RunEffect => {
  const raiseCounter = client
    .prepare<[number, number], number>(
      `insert into invoice_counter (year, last) values (?, ?)
       on conflict (year) do update set last = last + excluded.last returning last`,
    )
    .pluck();
  const insert = client.prepare<[number, number, string, number]>(
    'insert into invoice (year, sequence, order_id, issued_ms) values (?, ?, ?, ?)',
  );
  return (tasks, nowMs) => {
    const year = world.calendar.yearOf(nowMs);
    const first = (raiseCounter.get(year, tasks.length) ?? 0) - tasks.length + 1;
    return tasks.map(({ id, order }, index) => {
      const sequence = first + index;
      insert.run(year, sequence, order.id, nowMs);
      return { taskId: id, kind: 'done', detail: invoiceNumber(year, sequence) };
    });
  };
};

const createRequestShipment = ({ client }: Connection): RunEffect => {
  const insert = client.prepare<[string, number]>(
    'insert into shipment (order_id, requested_ms) values (?, ?)',
  );
  return (tasks, nowMs) =>
    tasks.map(({ id, order }) => {
      insert.run(order.id, nowMs);
      return { taskId: id, kind: 'done', detail: null };
    });
};
