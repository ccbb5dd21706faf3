import { invoiceNumber } from '../../core/invoice.ts';
import type { Lease } from '../../core/queue.ts';
import type { Moves } from '../../core/steps.ts';
import type { Connection } from './connection.ts';
import { contactOf, orderOf, type TaskRow } from './rows.ts';

type LeaseValues = Pick<Moves['moved'][number], 'taskId' | 'step' | 'seq'> & { readonly untilMs: number };
type Leased = { readonly lease: number; readonly attempts: number };
type Invoiced = { readonly year: number; readonly sequence: number };

/**
 * Leases the tasks that came to an external step, or stood at one, writes the intent of each into the ledger,
 * and reads what the step needs to know. Inside the caller's transaction.
 */
export const leasing = ({ client }: Connection) => {
  // The step's own count goes on; that of a step before it does not count here.
  const leaseTask = client.prepare<[LeaseValues], Leased>(
    `update task set state = 'running', lease = lease + 1, step = $step, seq = $seq, lease_until_ms = $untilMs,
       attempts = case when step = $step then attempts else 0 end,
       crashes = case when step = $step then crashes else 0 end,
       last_error = case when step = $step then last_error end
     where id = $taskId returning lease, attempts`,
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

  return (
    moved: Moves['moved'],
    rows: readonly TaskRow[],
    nowMs: number,
    untilMs: number,
  ): readonly Lease[] => {
    const rowOf = new Map(rows.map((row) => [row.taskId, row]));
    return moved.map(({ taskId, orderId, step, seq }): Lease => {
      const row = rowOf.get(taskId);
      const leased = leaseTask.get({ step, seq, untilMs, taskId });
      if (row === undefined || leased === undefined) throw new Error(`the task ${taskId} was not taken`);
      const isNew = intend.run(orderId, step, nowMs).changes === 1;
      const invoiced = invoiceOf.get(orderId);
      return {
        taskId,
        lease: leased.lease,
        untilMs,
        pipeline: row.pipeline,
        step,
        attempts: leased.attempts,
        order: orderOf(row),
        contact: contactOf(row),
        invoiceNumber: invoiced === undefined ? null : invoiceNumber(invoiced.year, invoiced.sequence),
        licences: licencesOf.all(orderId),
        delivered: !isNew && (acceptedAt.get(orderId, step) ?? null) !== null,
      };
    });
  };
};
