import { invoiceNumber } from '../../../core/invoice.ts';
import type { Lease, Queue } from '../../../core/queue.ts';
import { externalSteps, type Transitions } from '../../../core/steps.ts';
import type { Transaction } from '../connection.ts';
import { contactOf, lockedTaskOf, type TaskRow } from '../rows.ts';

type Query = Parameters<Queue['claim']>[0];

/**
 * Leases the tasks that stand at an external step, writes the intent of each into the ledger, and reads what
 * the step needs to know. The tasks are locked by this transaction.
 */
export const leaseExternalSteps = async (
  tx: Transaction,
  { pipeline, nowMs, leaseMs }: Query,
  moved: Transitions['moved'],
  rows: readonly TaskRow[],
): Promise<readonly Lease[]> => {
  const external = externalSteps(pipeline);
  const arrived = moved.filter(({ step }) => external.includes(step));
  if (arrived.length === 0) return [];
  const untilMs = nowMs + leaseMs;
  const leased = await tx<LeasedRow[]>`
    with arrived as (
      select * from unnest(
        ${arrived.map(({ taskId }) => taskId)}::uuid[],
        ${arrived.map(({ orderId }) => orderId)}::uuid[],
        ${arrived.map(({ step }) => step)}::text[]
      ) as a(task_id, order_id, step)
    ), leased as (
      update task t set state = 'running', lease = t.lease + 1, lease_until_ms = ${untilMs}::bigint
      from arrived a where t.id = a.task_id
      returning t.id, t.order_id, t.step, t.lease, t.attempts
    ), intended as (
      insert into delivery (order_id, step, intended_ms)
      select order_id, step, ${nowMs}::bigint from arrived order by order_id
      on conflict do nothing
    )
    select l.id, l.lease, l.attempts, d.accepted_ms is not null as delivered,
      i.year as invoice_year, i.sequence as invoice_sequence,
      array(select key from licence where order_id = l.order_id order by unit) as licences
    from leased l
    left join delivery d on d.order_id = l.order_id and d.step = l.step
    left join invoice i on i.order_id = l.order_id`;
  const rowOf = new Map(rows.map((row) => [row.task_id, row]));
  const stepOf = new Map(arrived.map(({ taskId, step }) => [taskId, step]));
  return leased.flatMap((mine): Lease[] => {
    const row = rowOf.get(mine.id);
    const step = stepOf.get(mine.id);
    return row === undefined || step === undefined ? [] : [leaseOf(mine, row, step, untilMs)];
  });
};

type LeasedRow = {
  readonly id: string;
  readonly lease: number;
  readonly attempts: number;
  readonly delivered: boolean;
  readonly invoice_year: number | null;
  readonly invoice_sequence: number | null;
  readonly licences: string[];
};

const leaseOf = (mine: LeasedRow, row: TaskRow, step: string, untilMs: number): Lease => ({
  taskId: mine.id,
  lease: mine.lease,
  untilMs,
  pipeline: row.pipeline,
  step,
  attempts: mine.attempts,
  order: lockedTaskOf(row).order,
  contact: contactOf(row),
  invoiceNumber:
    mine.invoice_year === null || mine.invoice_sequence === null
      ? null
      : invoiceNumber(mine.invoice_year, mine.invoice_sequence),
  licences: mine.licences,
  alreadyDone: mine.delivered,
});
