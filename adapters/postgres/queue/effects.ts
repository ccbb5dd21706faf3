import { licenceKey } from '../../../core/licence.ts';
import { type LicenceSlice, needsSlices, sliceLicences, wholeSlice } from '../../../core/licenceSlice.ts';
import type { Effect } from '../../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../../core/queue.ts';
import type { Transaction } from '../connection.ts';
import { issueInvoices } from './issueInvoices.ts';
import type { RunEffect } from './runEffect.ts';

/** The claim has taken the places from the stock. The history row of the step is all that is left to write. */
const bookPlaces: RunEffect = async (_tx, tasks) =>
  tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null }));

/** An order that left a larger group may have its licences already. */
const issueLicences: RunEffect = async (tx, tasks, world) => {
  const slices = await Promise.all(
    tasks.map((task) => (needsSlices(task) ? readSlice(tx, task) : wholeSlice(task))),
  );
  const licences = slices.flatMap(({ orders }) =>
    orders.flatMap(({ order }) =>
      Array.from({ length: order.quantity }, (_, unit) => ({ orderId: order.id, unit: unit + 1 })),
    ),
  );
  await tx`
    insert into licence (order_id, unit, key)
    select * from unnest(
      ${licences.map(({ orderId }) => orderId)}::uuid[],
      ${licences.map(({ unit }) => unit)}::integer[],
      ${licences.map(() => licenceKey(world.random))}::text[]
    )
    on conflict do nothing`;
  return tasks.map(({ id }, index) => ({ taskId: id, kind: slices[index]?.kind ?? 'done', detail: null }));
};

const readSlice = async (tx: Transaction, task: LockedTask): Promise<LicenceSlice> => {
  const rows = await tx<{ id: string }[]>`
    select id from unnest(${task.orders.map(({ order }) => order.id)}::uuid[]) as o(id)
    where exists (select from licence where order_id = o.id)`;
  const licensed = new Set(rows.map(({ id }) => id));
  return sliceLicences(task, (orderId) => licensed.has(orderId));
};

const requestShipment: RunEffect = async (tx, tasks, _world, nowMs) => {
  const orderIds = tasks.flatMap(({ orders }) => orders.map(({ order }) => order.id));
  await tx`
    insert into shipment (order_id, requested_ms)
    select order_id, ${nowMs}::bigint from unnest(${orderIds}::uuid[]) as s(order_id)`;
  return tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null }));
};

export const effects: Readonly<Record<Effect, RunEffect>> = {
  book_places: bookPlaces,
  issue_licences: issueLicences,
  issue_invoice: issueInvoices,
  request_shipment: requestShipment,
};
