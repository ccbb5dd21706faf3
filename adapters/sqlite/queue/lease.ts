import { contactOfGroup } from '../../../core/group.ts';
import { type Invoice, invoiceNumber } from '../../../core/invoice.ts';
import { isNotice } from '../../../core/invoiceMail.ts';
import { isInvoiceRequest, leasedRequest } from '../../../core/invoiceRequest.ts';
import { leaseOrders } from '../../../core/leasedLicences.ts';
import type { Order } from '../../../core/order.ts';
import type { Pipeline } from '../../../core/pipelines/pipeline.ts';
import type { Lease, LockedTask } from '../../../core/queue.ts';
import { serviceRequestBody } from '../../../core/stepService.ts';
import { createOrdersAfter, type Transitions } from '../../../core/steps.ts';
import type { Connection } from '../connection.ts';
import { createReadReferences } from '../orders/references.ts';
import { createTakeOverInvoice } from './invoiceHolders.ts';
import { createRequestInvoice } from './invoiceRequests.ts';
import type { TaskRow } from './tasks.ts';

/** A ready task, with its orders. */
export type ClaimedRow = { readonly row: TaskRow; readonly task: LockedTask };

type IntentRow = { readonly acceptedMs: number | null; readonly body: string | null };
type InvoiceRow = {
  readonly year: number;
  readonly sequence: number;
  readonly issuedAtMs: number;
  /** As JSON. Null if another task issued the invoice. */
  readonly content: string | null;
};

/**
 * Leases tasks at an external step, writes the intent of each step into the step ledger, and reads what the step needs.
 * Runs in the caller's transaction.
 */
export const createLease = (connection: Connection) => {
  const { client } = connection;
  const requestInvoice = createRequestInvoice(connection);
  const takeOverInvoice = createTakeOverInvoice(connection);
  const leaseTask = client.prepare<
    [string, string, number, number, number, number, string | null, number, string]
  >(
    `update task set state = 'running', step = ?, seqs = ?, lease = ?, lease_until_ms = ?, attempts = ?,
       crashes = ?, last_error = ?, run_ms = ?
     where id = ?`,
  );
  const insertIntent = client.prepare<[string, string, number, string | null]>(
    'insert into step_ledger (task_id, step, intended_ms, body) values (?, ?, ?, ?) on conflict do nothing',
  );
  const intentOf = client.prepare<[string, string], IntentRow>(
    'select accepted_ms as acceptedMs, body from step_ledger where task_id = ? and step = ?',
  );
  const referencesOf = createReadReferences(client);
  const invoiceOf = client.prepare<[string, string], InvoiceRow>(
    `select year, sequence, issued_ms as issuedAtMs, iif(task_id = ?, content, null) as content
     from invoice where checkout_id = ?`,
  );
  const licencesOf = client
    .prepare<[string, number], string>('select key from licence where order_id = ? order by unit limit ?')
    .pluck();

  const leaseOne = (
    { taskId, step, seqs }: Transitions['advanced'][number],
    { row, task }: ClaimedRow,
    orders: readonly Order[],
    pipeline: Pipeline,
    nowMs: number,
    untilMs: number,
  ): Omit<Lease, 'probe'> => {
    const lease = row.lease + 1;
    // A task that was already at this step keeps its counts. One that comes from another step starts at 0.
    const { attempts, crashes, lastError, runAtMs } =
      row.step === step ? row : { ...untriedStep, runAtMs: nowMs };
    leaseTask.run(step, JSON.stringify(seqs), lease, untilMs, attempts, crashes, lastError, runAtMs, taskId);
    const request = isInvoiceRequest(pipeline, step)
      ? requestInvoice({ taskId, step, checkoutId: task.checkoutId }, nowMs)
      : undefined;
    const body =
      request === undefined ? serviceRequestBody(pipeline, step, { taskId, orders: task.orders }) : null;
    const isNew = insertIntent.run(taskId, step, nowMs, body).changes === 1;
    const intent = isNew ? undefined : intentOf.get(taskId, step);
    const found = invoiceOf.get(taskId, task.checkoutId);
    // A mail that was tried before keeps what it has: a copy with another content would have the same Message-ID.
    const invoice =
      found?.content === null && isNew && isNotice(pipeline, step)
        ? {
            ...found,
            content: takeOverInvoice({
              taskId,
              step,
              checkoutId: task.checkoutId,
              pipeline: row.pipeline,
            }),
          }
        : found;
    return {
      taskId,
      lease,
      untilMs,
      pipeline: row.pipeline,
      step,
      attempts,
      checkoutId: task.checkoutId,
      orders: leaseOrders(orders, (orderId, most) => licencesOf.all(orderId, most)),
      contact: contactOfGroup(task.orders),
      invoiceNumber: invoice === undefined ? null : invoiceNumber(invoice.year, invoice.sequence),
      issuedInvoice: invoice === undefined ? null : issuedInvoiceOf(invoice, task.checkoutId),
      references: referencesOf(orders.map(({ id }) => id)),
      ...leasedRequest(task.checkoutId, intent === undefined ? body : intent.body, request),
      alreadyDone: (intent?.acceptedMs ?? null) !== null,
      traceparent: row.traceparent,
    };
  };

  return (
    transitions: Transitions,
    rows: readonly ClaimedRow[],
    pipeline: Pipeline,
    nowMs: number,
    untilMs: number,
  ): readonly Omit<Lease, 'probe'>[] => {
    const tasks = rows.map(({ task }) => task);
    const ordersAfter = createOrdersAfter(transitions, tasks, nowMs);
    const rowOf = new Map(rows.map((row) => [row.task.id, row]));
    return transitions.advanced.map((transition) => {
      const row = rowOf.get(transition.taskId);
      if (row === undefined) throw new Error(`the task ${transition.taskId} was not claimed`);
      return leaseOne(transition, row, ordersAfter(row.task), pipeline, nowMs, untilMs);
    });
  };
};

const issuedInvoiceOf = (
  { year, sequence, issuedAtMs, content }: InvoiceRow,
  checkoutId: string,
): Invoice | null =>
  content === null
    ? null
    : { ...JSON.parse(content), number: invoiceNumber(year, sequence), issuedAtMs, checkoutId };

const untriedStep = { attempts: 0, crashes: 0, lastError: null } as const;
