import { invoiceNumber } from '../../../core/invoice.ts';
import { licenceKey } from '../../../core/licence.ts';
import type { Effect } from '../../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../../core/queue.ts';
import type { EffectOutcome } from '../../../core/steps.ts';
import { allocate } from '../../../core/stock.ts';
import type { World } from '../../../core/world.ts';
import type { Transaction } from '../connection.ts';

type RunEffect = (
  tx: Transaction,
  tasks: readonly LockedTask[],
  world: World,
  nowMs: number,
) => Promise<readonly EffectOutcome[]>;

/**
 * Deducts stock in the row of its product. Lock order: products by id, then the invoice counter. So parallel workers
 * wait for one another and never deadlock.
 */
const deductStock: RunEffect = async (tx, tasks) => {
  const productIds = [...new Set(tasks.map(({ order }) => order.product.id))];
  const rows = await tx<{ id: string; stock: number | null }[]>`
    select id, stock from product where id = any(${productIds}::uuid[]) order by id for no key update`;
  const requests = tasks.map(({ id, order }) => ({
    taskId: id,
    productId: order.product.id,
    quantity: order.quantity,
  }));
  const levels = new Map(rows.map(({ id, stock }) => [id, stock]));
  const { fulfilled, deducted } = allocate(levels, requests);
  if (deducted.size > 0)
    await tx`
      update product p set stock = p.stock - d.quantity
      from unnest(${[...deducted.keys()]}::uuid[], ${[...deducted.values()]}::integer[]) as d(id, quantity)
      where p.id = d.id`;
  return tasks.map(({ id, order }) =>
    fulfilled.has(id)
      ? { taskId: id, kind: 'done', detail: null }
      : { taskId: id, kind: 'refused', detail: `out of stock: ${order.product.code}` },
  );
};

const issueLicences: RunEffect = async (tx, tasks, world, nowMs) => {
  const outcomes = await deductStock(tx, tasks, world, nowMs);
  const fulfilled = new Set(outcomes.filter(({ kind }) => kind === 'done').map(({ taskId }) => taskId));
  const licences = tasks
    .filter(({ id }) => fulfilled.has(id))
    .flatMap(({ order }) =>
      Array.from({ length: order.quantity }, (_, unit) => ({ orderId: order.id, unit: unit + 1 })),
    );
  if (licences.length > 0)
    await tx`
      insert into licence (order_id, unit, key)
      select * from unnest(
        ${licences.map(({ orderId }) => orderId)}::uuid[],
        ${licences.map(({ unit }) => unit)}::integer[],
        ${licences.map(() => licenceKey(world.random))}::text[]
      )`;
  return outcomes;
};

/**
 * One update of the year's counter for the whole batch. Its row stays locked until the commit, so no number is lost.
 */
const issueInvoice: RunEffect = async (tx, tasks, { calendar }, nowMs) => {
  const year = calendar.yearOf(nowMs);
  const [counter] = await tx<{ last: number }[]>`
    insert into invoice_counter (year, last) values (${year}, ${tasks.length})
    on conflict (year) do update set last = invoice_counter.last + excluded.last
    returning last`;
  const first = (counter?.last ?? 0) - tasks.length + 1;
  await tx`
    insert into invoice (year, sequence, order_id, issued_ms)
    select ${year}::integer, ${first}::integer - 1 + position, order_id, ${nowMs}::bigint
    from unnest(${tasks.map(({ order }) => order.id)}::uuid[]) with ordinality as i(order_id, position)`;
  return tasks.map(({ id }, index) => ({
    taskId: id,
    kind: 'done',
    detail: invoiceNumber(year, first + index),
  }));
};

const requestShipment: RunEffect = async (tx, tasks, _world, nowMs) => {
  await tx`
    insert into shipment (order_id, requested_ms)
    select order_id, ${nowMs}::bigint from unnest(${tasks.map(({ order }) => order.id)}::uuid[]) as s(order_id)`;
  return tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null }));
};

export const effects: Readonly<Record<Effect, RunEffect>> = {
  deduct_stock: deductStock,
  issue_licences: issueLicences,
  issue_invoice: issueInvoice,
  request_shipment: requestShipment,
};
