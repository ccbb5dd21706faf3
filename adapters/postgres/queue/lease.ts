import { contactOfGroup } from '../../../core/group.ts';
import { type InvoiceContent, invoiceNumber } from '../../../core/invoice.ts';
import { type InvoiceHolder, isInvoiceLeft, isNotice } from '../../../core/invoiceMail.ts';
import { asksForInvoices, isInvoiceRequest, leasedRequest } from '../../../core/invoiceRequest.ts';
import { leaseOrders, mailedKeysMax } from '../../../core/leasedLicences.ts';
import type { Order } from '../../../core/order.ts';
import { probeIn, type StepPause } from '../../../core/pause.ts';
import type { Lease, Queue } from '../../../core/queue.ts';
import type { StepReference } from '../../../core/serviceReference.ts';
import { serviceRequestBody } from '../../../core/stepService.ts';
import { createOrdersAfter, type Transitions } from '../../../core/steps.ts';
import type { Transaction } from '../connection.ts';
import { holderJson, takeOverInvoices } from './invoiceHolders.ts';
import { requestInvoices } from './invoiceRequests.ts';
import { type FoundTask, seqTexts } from './tasks.ts';

type Query = Parameters<Queue['claim']>[0];

/**
 * Leases the advanced tasks that are not parked, all of which are at an external step, writes the intent of each into the
 * step ledger, and reads what the step needs. A task that comes from another step has no attempts yet. `tasks` are those
 * that this transaction has locked.
 */
export const leaseExternalSteps = async (
  tx: Transaction,
  { pipeline, nowMs, leaseMs }: Query,
  transitions: Transitions,
  tasks: readonly FoundTask[],
  pauses: readonly StepPause[],
): Promise<readonly Lease[]> => {
  const advanced = transitions.advanced.filter(({ parked }) => !parked);
  if (advanced.length === 0) return [];
  const untilMs = nowMs + leaseMs;
  const taskOf = new Map(tasks.map((task) => [task.id, task]));
  const requesting = (asksForInvoices(pipeline) ? advanced : [])
    .filter(({ step }) => isInvoiceRequest(pipeline, step))
    .map(({ taskId, step }) => ({ taskId, step, checkoutId: taskOf.get(taskId)?.checkoutId ?? '' }));
  const requests = requesting.length === 0 ? null : await requestInvoices(tx, requesting, nowMs);
  const bodies = advanced.map(({ taskId, step }) =>
    requests !== null && isInvoiceRequest(pipeline, step)
      ? null
      : serviceRequestBody(pipeline, step, { taskId, orders: taskOf.get(taskId)?.orders ?? [] }),
  );
  const leased = await tx<LeasedRow[]>`
    with external as (
      select * from unnest(
        ${advanced.map(({ taskId }) => taskId)}::uuid[],
        ${advanced.map(({ step }) => step)}::text[],
        ${seqTexts(advanced)}::text[],
        ${bodies}::text[]
      ) as e(task_id, step, seqs, body)
    ), leased as (
      update task t
      set state = 'running', lease = t.lease + 1, lease_until_ms = ${untilMs}::bigint, step = e.step,
        seqs = e.seqs::integer[],
        run_ms = case when t.step = e.step then t.run_ms else ${nowMs}::bigint end,
        attempts = case when t.step = e.step then t.attempts else 0 end,
        crashes = case when t.step = e.step then t.crashes else 0 end,
        last_error = case when t.step = e.step then t.last_error end
      from external e where t.id = any(array[e.task_id])
      returning t.id, t.checkout_id, t.order_ids, t.step, t.lease, t.attempts, t.traceparent, e.body
    ), intended as (
      insert into step_ledger (task_id, step, intended_ms, body)
      select task_id, step, ${nowMs}::bigint, body from external order by task_id
      on conflict do nothing
    )
    select l.id, l.checkout_id, l.step, l.lease, l.attempts, l.traceparent, s.accepted_ms is not null as already_done,
      i.year as invoice_year, i.sequence as invoice_sequence, i.issued_ms,
      case when i.task_id = l.id then i.content end as issued_content,
      case when i.task_id <> l.id and s.task_id is null then ${holderJson(tx, tx`l.step`)} end as invoice_holder,
      array(
        select o.id || ' ' || k.key
        from unnest(l.order_ids) as o(id) cross join lateral (
          select key, unit from licence where order_id = o.id order by unit limit ${mailedKeysMax + 1}
        ) k
        order by o.id, k.unit
      ) as licences,
      case when s.task_id is null then l.body else s.body end as body,
      (
        select json_agg(json_build_object('orderId', order_id, 'step', step, 'reference', reference, 'url', url)
          order by order_id, step)
        from step_reference where order_id = any(l.order_ids)
      ) as step_references
    from leased l
    left join step_ledger s on s.task_id = l.id and s.step = l.step
    left join invoice i on i.checkout_id = l.checkout_id`;
  const taken = await takeLeftInvoices(tx, pipeline, leased);
  const ordersAfter = createOrdersAfter(transitions, tasks, nowMs);
  return leased.map((lease): Lease => {
    const task = taskOf.get(lease.id);
    if (task === undefined) throw new Error(`the task ${lease.id} was not claimed`);
    const request = requests?.get(task.checkoutId);
    const group = leaseOf(taken.get(lease.id) ?? lease, task, ordersAfter(task), untilMs);
    const probe = probeIn(pauses, task.id, lease.step);
    return request !== undefined && isInvoiceRequest(pipeline, lease.step)
      ? { ...group, ...leasedRequest(task.checkoutId, lease.body, request), probe }
      : { ...group, probe };
  });
};

/** A mail that was tried before keeps what it has: a copy with another content would have the same Message-ID. */
const takeLeftInvoices = async (
  tx: Transaction,
  pipeline: Query['pipeline'],
  leased: readonly LeasedRow[],
): Promise<ReadonlyMap<string, LeasedRow>> => {
  const takers = leased.filter(
    ({ step, invoice_holder: holder }) =>
      holder !== null && isInvoiceLeft(holder) && isNotice(pipeline, step),
  );
  if (takers.length === 0) return noneTaken;
  const contents = await takeOverInvoices(
    tx,
    takers.map(({ id, step, checkout_id }) => ({
      taskId: id,
      checkoutId: checkout_id,
      pipeline: pipeline.name,
      step,
    })),
  );
  return new Map(takers.map((row) => [row.id, { ...row, issued_content: contents.get(row.id) ?? null }]));
};

const noneTaken: ReadonlyMap<string, LeasedRow> = new Map();

type LeasedRow = {
  readonly id: string;
  readonly checkout_id: string;
  readonly step: string;
  readonly lease: number;
  readonly attempts: number;
  readonly traceparent: string | null;
  readonly already_done: boolean;
  readonly invoice_year: number | null;
  readonly invoice_sequence: number | null;
  readonly issued_ms: number | null;
  /** Null if another task issued the invoice. */
  readonly issued_content: InvoiceContent | null;
  /** Of an invoice that another task holds. Null also for a step that was tried before. */
  readonly invoice_holder: InvoiceHolder | null;
  /** The id of the order and the key, with a space between them. */
  readonly licences: string[];
  readonly body: string | null;
  readonly step_references: StepReference[] | null;
};

const noLicences: ReadonlyMap<string | undefined, string[]> = new Map();

const leaseOf = (
  leased: LeasedRow,
  task: FoundTask,
  orders: readonly Order[],
  untilMs: number,
): Omit<Lease, 'probe'> => {
  const number = numberOf(leased);
  const { licences } = leased;
  // Most tasks have none, and this runs for each task.
  const licencesOf =
    licences.length === 0 ? noLicences : Map.groupBy(licences, (licence) => licence.split(' ', 1)[0]);
  return {
    taskId: leased.id,
    lease: leased.lease,
    untilMs,
    pipeline: task.pipeline,
    step: leased.step,
    attempts: leased.attempts,
    checkoutId: task.checkoutId,
    orders:
      licences.length === 0
        ? orders.map((order) => ({ order, licences: [] }))
        : leaseOrders(orders, (orderId, most) =>
            (licencesOf.get(orderId) ?? [])
              .slice(0, most)
              .map((licence) => licence.slice(orderId.length + 1)),
          ),
    contact: contactOfGroup(task.orders),
    invoiceNumber: number,
    issuedInvoice:
      number === null || leased.issued_ms === null || leased.issued_content === null
        ? null
        : {
            ...leased.issued_content,
            number,
            issuedAtMs: leased.issued_ms,
            checkoutId: task.checkoutId,
          },
    references: leased.step_references ?? [],
    body: leased.body,
    alreadyDone: leased.already_done,
    traceparent: leased.traceparent,
  };
};

const numberOf = ({ invoice_year, invoice_sequence }: LeasedRow): string | null =>
  invoice_year === null || invoice_sequence === null ? null : invoiceNumber(invoice_year, invoice_sequence);
