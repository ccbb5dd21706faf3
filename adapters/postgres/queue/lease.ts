import { invoiceNumber } from '../../../core/invoice.ts';
import type { Lease, Queue } from '../../../core/queue.ts';
import type { StepReference } from '../../../core/serviceReference.ts';
import { serviceRequestBody } from '../../../core/stepService.ts';
import { externalSteps, type Transitions } from '../../../core/steps.ts';
import type { Transaction } from '../connection.ts';
import { contactOf, lockedTaskOf, orderOf, type TaskRow } from '../rows.ts';

type Query = Parameters<Queue['claim']>[0];

/**
 * Leases the tasks that are at an external step, writes the intent of each into the step ledger, and reads what the
 * step needs. `rows` are tasks that this transaction has locked.
 */
export const leaseExternalSteps = async (
  tx: Transaction,
  { pipeline, nowMs, leaseMs }: Query,
  advanced: Transitions['advanced'],
  rows: readonly TaskRow[],
): Promise<readonly Lease[]> => {
  const external = externalSteps(pipeline);
  const atExternalStep = advanced.filter(({ step }) => external.includes(step));
  if (atExternalStep.length === 0) return [];
  const untilMs = nowMs + leaseMs;
  const rowOf = new Map(rows.map((row) => [row.task_id, row]));
  const bodies = atExternalStep.map(({ taskId, step }) => {
    const row = rowOf.get(taskId);
    const orders = row === undefined ? [] : [{ order: orderOf(row), contact: contactOf(row) }];
    return serviceRequestBody(pipeline, step, { taskId, orders });
  });
  const leased = await tx<LeasedRow[]>`
    with external as (
      select * from unnest(
        ${atExternalStep.map(({ taskId }) => taskId)}::uuid[],
        ${atExternalStep.map(({ orderId }) => orderId)}::uuid[],
        ${atExternalStep.map(({ step }) => step)}::text[],
        ${bodies}::text[]
      ) as e(task_id, order_id, step, body)
    ), leased as (
      update task t set state = 'running', lease = t.lease + 1, lease_until_ms = ${untilMs}::bigint
      from external e where t.id = e.task_id
      returning t.id, t.order_id, t.step, t.lease, t.attempts, e.body
    ), intended as (
      insert into step_ledger (order_id, step, intended_ms, body)
      select order_id, step, ${nowMs}::bigint, body from external order by order_id
      on conflict do nothing
    )
    select l.id, l.lease, l.attempts, s.accepted_ms is not null as already_done,
      i.year as invoice_year, i.sequence as invoice_sequence,
      array(select key from licence where order_id = l.order_id order by unit) as licences,
      coalesce(s.body, l.body) as body,
      (
        select json_agg(json_build_object('orderId', order_id, 'step', step, 'reference', reference, 'url', url) order by step)
        from step_reference where order_id = l.order_id
      ) as step_references
    from leased l
    left join step_ledger s on s.order_id = l.order_id and s.step = l.step
    left join invoice i on i.order_id = l.order_id`;
  const stepOf = new Map(atExternalStep.map(({ taskId, step }) => [taskId, step]));
  return leased.flatMap((lease): Lease[] => {
    const row = rowOf.get(lease.id);
    const step = stepOf.get(lease.id);
    return row === undefined || step === undefined ? [] : [leaseOf(lease, row, step, untilMs)];
  });
};

type LeasedRow = {
  readonly id: string;
  readonly lease: number;
  readonly attempts: number;
  readonly already_done: boolean;
  readonly invoice_year: number | null;
  readonly invoice_sequence: number | null;
  readonly licences: string[];
  readonly body: string | null;
  readonly step_references: StepReference[] | null;
};

const leaseOf = (leased: LeasedRow, row: TaskRow, step: string, untilMs: number): Lease => ({
  taskId: leased.id,
  lease: leased.lease,
  untilMs,
  pipeline: row.pipeline,
  step,
  attempts: leased.attempts,
  order: lockedTaskOf(row).order,
  contact: contactOf(row),
  invoiceNumber:
    leased.invoice_year === null || leased.invoice_sequence === null
      ? null
      : invoiceNumber(leased.invoice_year, leased.invoice_sequence),
  licences: leased.licences,
  references: leased.step_references ?? [],
  body: leased.body,
  alreadyDone: leased.already_done,
});
