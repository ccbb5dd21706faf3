import { typeOfGroup } from '../../../core/group.ts';
import { invoiceContent, invoiceNumber } from '../../../core/invoice.ts';
import { licenceKey } from '../../../core/licence.ts';
import { needsSlices, sliceLicences, wholeSlice } from '../../../core/licenceSlice.ts';
import type { Effect } from '../../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../../core/queue.ts';
import type { EffectOutcome } from '../../../core/steps.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import { contactOf, type OrderRow, orderOf } from '../rows.ts';
import { columnsOf, orders as orderTable } from '../schema.ts';
import { createIssueEarlierCredits } from './creditNotes.ts';

type RunEffect = (tasks: readonly LockedTask[], nowMs: number) => readonly EffectOutcome[];

/** Each effect runs for a batch of groups, in the caller's transaction. There is an entry for each effect of core. */
export const createEffects = (connection: Connection, world: World): Readonly<Record<Effect, RunEffect>> => ({
  book_places: bookPlaces,
  issue_licences: createIssueLicences(connection, world),
  issue_invoice: createIssueInvoice(connection, world),
  request_shipment: createRequestShipment(connection),
});

/** The claim has taken the places from the stock. The history row of the step is all that is left to write. */
const bookPlaces: RunEffect = (tasks) => tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null }));

/** An order that left a larger group may have its licences already. */
const createIssueLicences = ({ client }: Connection, { random }: World): RunEffect => {
  const insert = client.prepare<[string, number, string]>(
    'insert into licence (order_id, unit, key) values (?, ?, ?) on conflict do nothing',
  );
  const isLicensed = client.prepare<[string]>('select 1 from licence where order_id = ? limit 1');
  return (tasks) =>
    tasks.map((task) => {
      const { orders, kind } = needsSlices(task)
        ? sliceLicences(task, (orderId) => isLicensed.get(orderId) !== undefined)
        : wholeSlice(task);
      for (const { order } of orders)
        for (let unit = 1; unit <= order.quantity; unit++) insert.run(order.id, unit, licenceKey(random));
      return { taskId: task.id, kind, detail: null };
    });
};

/**
 * Issues the invoice of a checkout, unless another of its groups has. The counter of the year is raised in the same
 * transaction, so no number is lost.
 */
const createIssueInvoice = (connection: Connection, world: World): RunEffect => {
  const { client } = connection;
  const issueEarlierCredits = createIssueEarlierCredits(connection);
  const raiseCounter = client
    .prepare<[number], number>(
      `insert into invoice_counter (year, last) values (?, 1)
       on conflict (year) do update set last = last + 1 returning last`,
    )
    .pluck();
  const insert = client.prepare<[number, number, string, string, string, number, string]>(
    `insert into invoice (year, sequence, checkout_id, task_id, pipeline, issued_ms, content)
     values (?, ?, ?, ?, ?, ?, ?)`,
  );
  const known = client.prepare<[string], { readonly year: number; readonly sequence: number }>(
    'select year, sequence from invoice where checkout_id = ?',
  );
  const ordersOf = client.prepare<[string], OrderRow>(
    `select ${columnsOf(orderTable, 'o')} from audit a cross join json_each(a.order_ids) j
     cross join orders o on o.id = j.value where a.id = ?`,
  );
  const issue = ({ id, checkoutId, orders: group }: LockedTask, nowMs: number) => {
    const year = world.calendar.yearOf(nowMs);
    const sequence = raiseCounter.get(year) ?? 0;
    const orders = ordersOf.all(checkoutId).map((row) => ({ order: orderOf(row), contact: contactOf(row) }));
    const issued = invoiceContent(orders, world.shop);
    const credits = issueEarlierCredits({ ...issued, number: invoiceNumber(year, sequence) }, year);
    const content = JSON.stringify(credits.length === 0 ? issued : { ...issued, credits });
    insert.run(year, sequence, checkoutId, id, typeOfGroup(group), nowMs, content);
    return { year, sequence };
  };
  return (tasks, nowMs) =>
    tasks.map((task) => {
      const { year, sequence } = known.get(task.checkoutId) ?? issue(task, nowMs);
      return { taskId: task.id, kind: 'done', detail: invoiceNumber(year, sequence) };
    });
};

const createRequestShipment = ({ client }: Connection): RunEffect => {
  const insert = client.prepare<[string, number]>(
    'insert into shipment (order_id, requested_ms) values (?, ?)',
  );
  return (tasks, nowMs) =>
    tasks.map(({ id, orders }) => {
      for (const { order } of orders) insert.run(order.id, nowMs);
      return { taskId: id, kind: 'done', detail: null };
    });
};
