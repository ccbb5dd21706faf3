import { invoiceNumber } from '../../../core/invoice.ts';
import type { Pipeline } from '../../../core/pipelines/pipeline.ts';
import type { Lease } from '../../../core/queue.ts';
import { serviceRequestBody } from '../../../core/stepService.ts';
import type { Transitions } from '../../../core/steps.ts';
import type { Connection } from '../connection.ts';
import { contactOf, orderOf, type TaskRow } from '../rows.ts';
import { createReadReferences } from './references.ts';

type IntentRow = { readonly acceptedMs: number | null; readonly body: string | null };
type InvoiceRow = { readonly year: number; readonly sequence: number };

/**
 * Leases tasks at an external step, writes the intent of each step into the step ledger, and reads what the step needs.
 * Runs in the caller's transaction.
 */
export const createLease = ({ client }: Connection) => {
  const leaseTask = client.prepare<
    [string, number, number, number, number, number, string | null, number, string]
  >(
    `update task set state = 'running', step = ?, seq = ?, lease = ?, lease_until_ms = ?, attempts = ?,
       crashes = ?, last_error = ?, run_ms = ?
     where id = ?`,
  );
  const insertIntent = client.prepare<[string, string, number, string | null]>(
    'insert into step_ledger (order_id, step, intended_ms, body) values (?, ?, ?, ?) on conflict do nothing',
  );
  const intentOf = client.prepare<[string, string], IntentRow>(
    'select accepted_ms as acceptedMs, body from step_ledger where order_id = ? and step = ?',
  );
  const referencesOf = createReadReferences(client);
  const invoiceOf = client.prepare<[string], InvoiceRow>(
    'select year, sequence from invoice where order_id = ?',
  );
  const licencesOf = client
    .prepare<[string], string>('select key from licence where order_id = ? order by unit')
    .pluck();

  const leaseOne = (
    { taskId, orderId, step, seq }: Transitions['advanced'][number],
    row: TaskRow,
    pipeline: Pipeline,
    nowMs: number,
    untilMs: number,
  ): Lease => {
    const lease = row.lease + 1;
    // A task that was already at this step keeps its counts. One that comes from another step starts at 0.
    const { attempts, crashes, lastError, runAtMs } =
      row.step === step ? row : { ...untriedStep, runAtMs: nowMs };
    leaseTask.run(step, seq, lease, untilMs, attempts, crashes, lastError, runAtMs, taskId);
    const order = orderOf(row);
    const contact = contactOf(row);
    const body = serviceRequestBody(pipeline, step, { taskId, orders: [{ order, contact }] });
    const isNew = insertIntent.run(orderId, step, nowMs, body).changes === 1;
    const intent = isNew ? undefined : intentOf.get(orderId, step);
    const invoice = invoiceOf.get(orderId);
    return {
      taskId,
      lease,
      untilMs,
      pipeline: row.pipeline,
      step,
      attempts,
      order,
      contact,
      invoiceNumber: invoice === undefined ? null : invoiceNumber(invoice.year, invoice.sequence),
      licences: licencesOf.all(orderId),
      references: referencesOf([orderId]),
      body: intent?.body ?? body,
      alreadyDone: (intent?.acceptedMs ?? null) !== null,
    };
  };

  return (
    advanced: Transitions['advanced'],
    rows: readonly TaskRow[],
    pipeline: Pipeline,
    nowMs: number,
    untilMs: number,
  ): readonly Lease[] => {
    const rowOf = new Map(rows.map((row) => [row.taskId, row]));
    return advanced.map((transition) => {
      const row = rowOf.get(transition.taskId);
      if (row === undefined) throw new Error(`the task ${transition.taskId} was not claimed`);
      return leaseOne(transition, row, pipeline, nowMs, untilMs);
    });
  };
};

const untriedStep = { attempts: 0, crashes: 0, lastError: null } as const;
