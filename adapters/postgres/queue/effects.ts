import { invoiceNumber } from '../../../core/invoice.ts';
import { licenceKey } from '../../../core/licence.ts';
import type { Effect } from '../../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../../core/queue.ts';
import type { EffectOutcome } from '../../../core/steps.ts';
import type { World } from '../../../core/world.ts';
import type { Transaction } from '../connection.ts';

type RunEffect = (
  tx: Transaction,
  tasks: readonly LockedTask[],
  world: World,
  nowMs: number,
) => Promise<readonly EffectOutcome[]>;

/** The claim has taken the places from the stock. The history row of the step is all that is left to write. */
const bookPlaces: RunEffect = async (_tx, tasks) =>
  tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null }));

const issueLicences: RunEffect = async (tx, tasks, world) => {
  const licences = tasks.flatMap(({ order }) =>
    Array.from({ length: order.quantity }, (_, unit) => ({ orderId: order.id, unit: unit + 1 })),
  );
  await tx`
    insert into licence (order_id, unit, key)
    select * from unnest(
      ${licences.map(({ orderId }) => orderId)}::uuid[],
      ${licences.map(({ unit }) => unit)}::integer[],
      ${licences.map(() => licenceKey(world.random))}::text[]
    )`;
  return tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null }));
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
  book_places: bookPlaces,
  issue_licences: issueLicences,
  issue_invoice: issueInvoice,
  request_shipment: requestShipment,
};
