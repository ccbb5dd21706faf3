import { invoiceNumber } from '../../../core/invoice.ts';
import type { Lease } from '../../../core/queue.ts';
import type { Transitions } from '../../../core/steps.ts';
import type { Connection } from '../connection.ts';
import { contactOf, orderOf, type TaskRow } from '../rows.ts';

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
  const insertIntent = client.prepare<[string, string, number]>(
    'insert into step_ledger (order_id, step, intended_ms) values (?, ?, ?) on conflict do nothing',
  );
  const acceptedAt = client
    .prepare<[string, string], number | null>(
      'select accepted_ms from step_ledger where order_id = ? and step = ?',
    )
    .pluck();
  const invoiceOf = client.prepare<[string], InvoiceRow>(
    'select year, sequence from invoice where order_id = ?',
  );
  const licencesOf = client
    .prepare<[string], string>('select key from licence where order_id = ? order by unit')
    .pluck();

  const leaseOne = (
    { taskId, orderId, step, seq }: Transitions['advanced'][number],
    row: TaskRow,
    nowMs: number,
    untilMs: number,
  ): Lease => {
    const lease = row.lease + 1;
    // A task that was already at this step keeps its counts. One that comes from another step starts at 0.
    const { attempts, crashes, lastError, runAtMs } =
      row.step === step ? row : { ...untriedStep, runAtMs: nowMs };
    leaseTask.run(step, seq, lease, untilMs, attempts, crashes, lastError, runAtMs, taskId);
    const isNew = insertIntent.run(orderId, step, nowMs).changes === 1;
    const invoice = invoiceOf.get(orderId);
    return {
      taskId,
      lease,
      untilMs,
      pipeline: row.pipeline,
      step,
      attempts,
      order: orderOf(row),
      contact: contactOf(row),
      invoiceNumber: invoice === undefined ? null : invoiceNumber(invoice.year, invoice.sequence),
      licences: licencesOf.all(orderId),
      alreadyDone: !isNew && (acceptedAt.get(orderId, step) ?? null) !== null,
    };
  };

  return (
    advanced: Transitions['advanced'],
    rows: readonly TaskRow[],
    nowMs: number,
    untilMs: number,
  ): readonly Lease[] => {
    const rowOf = new Map(rows.map((row) => [row.taskId, row]));
    return advanced.map((transition) => {
      const row = rowOf.get(transition.taskId);
      if (row === undefined) throw new Error(`the task ${transition.taskId} was not claimed`);
      return leaseOne(transition, row, nowMs, untilMs);
    });
  };
};

const untriedStep = { attempts: 0, crashes: 0, lastError: null } as const;
