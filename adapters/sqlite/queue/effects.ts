import { invoiceNumber } from '../../../core/invoice.ts';
import { licenceKey } from '../../../core/licence.ts';
import type { Effect } from '../../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../../core/queue.ts';
import type { EffectOutcome } from '../../../core/steps.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';

type RunEffect = (tasks: readonly LockedTask[], nowMs: number) => readonly EffectOutcome[];

/** Each effect runs for a batch of orders, in the caller's transaction. There is an entry for each effect of core. */
export const createEffects = (connection: Connection, world: World): Readonly<Record<Effect, RunEffect>> => ({
  book_places: bookPlaces,
  issue_licences: createIssueLicences(connection, world),
  issue_invoice: createIssueInvoice(connection, world),
  request_shipment: createRequestShipment(connection),
});

/** The claim has taken the places from the stock. The history row of the step is all that is left to write. */
const bookPlaces: RunEffect = (tasks) => tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null }));

const createIssueLicences = ({ client }: Connection, { random }: World): RunEffect => {
  const insert = client.prepare<[string, number, string]>(
    'insert into licence (order_id, unit, key) values (?, ?, ?)',
  );
  return (tasks) =>
    tasks.map(({ id, order }) => {
      for (let unit = 1; unit <= order.quantity; unit++) insert.run(order.id, unit, licenceKey(random));
      return { taskId: id, kind: 'done', detail: null };
    });
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
