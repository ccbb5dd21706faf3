import { invoiceNumber } from '../../../core/invoice.ts';
import type { Lease } from '../../../core/queue.ts';
import type { Transitions } from '../../../core/steps.ts';
import type { Connection } from '../connection.ts';
import { contactOf, orderOf, type TaskRow } from '../rows.ts';

type Invoiced = { readonly year: number; readonly sequence: number };

/**
 * Leases the tasks that came to an external step, or stood at one, writes the intent of each into the ledger,
 * and reads what the step needs to know. Inside the caller's transaction.
 */
export const createLease = ({ client }: Connection) => {
  const leaseTask = client.prepare<
    [string, number, number, number, number, number, string | null, number, string]
  >(
    `update task set state = 'running', step = ?, seq = ?, lease = ?, lease_until_ms = ?, attempts = ?,
       crashes = ?, last_error = ?, run_ms = ?
     where id = ?`,
  );
  const intend = client.prepare<[string, string, number]>(
    'insert into delivery (order_id, step, intended_ms) values (?, ?, ?) on conflict do nothing',
  );
  const acceptedAt = client
    .prepare<[string, string], number | null>(
      'select accepted_ms from delivery where order_id = ? and step = ?',
    )
    .pluck();
  const invoiceOf = client.prepare<[string], Invoiced>(
    'select year, sequence from invoice where order_id = ?',
  );
  const licencesOf = client
    .prepare<[string], string>('select key from licence where order_id = ? order by unit')
    .pluck();

  const leaseOne = (
    { taskId, orderId, step, seq }: Transitions['moved'][number],
    row: TaskRow,
    nowMs: number,
    untilMs: number,
  ): Lease => {
    const lease = row.lease + 1;
    // The count of a task that stood here goes on; one that came from another step has none yet.
    const { attempts, crashes, lastError, runAtMs } =
      row.step === step ? row : { ...untried, runAtMs: nowMs };
    leaseTask.run(step, seq, lease, untilMs, attempts, crashes, lastError, runAtMs, taskId);
    const isNew = intend.run(orderId, step, nowMs).changes === 1;
    const invoiced = invoiceOf.get(orderId);
    return {
      taskId,
      lease,
      untilMs,
      pipeline: row.pipeline,
      step,
      attempts,
      order: orderOf(row),
      contact: contactOf(row),
      invoiceNumber: invoiced === undefined ? null : invoiceNumber(invoiced.year, invoiced.sequence),
      licences: licencesOf.all(orderId),
      alreadyDone: !isNew && (acceptedAt.get(orderId, step) ?? null) !== null,
    };
  };

  return (
    moved: Transitions['moved'],
    rows: readonly TaskRow[],
    nowMs: number,
    untilMs: number,
  ): readonly Lease[] => {
    const rowOf = new Map(rows.map((row) => [row.taskId, row]));
    return moved.map((move) => {
      const row = rowOf.get(move.taskId);
      if (row === undefined) throw new Error(`the task ${move.taskId} was not taken`);
      return leaseOne(move, row, nowMs, untilMs);
    });
  };
};

const untried = { attempts: 0, crashes: 0, lastError: null } as const;
