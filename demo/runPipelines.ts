import { err } from 'neverthrow';
import { pipelines } from '../core/pipelines/index.ts';
import type { Lease, Queue, StepReport } from '../core/queue.ts';
import type { AsyncResult } from '../core/result.ts';
import { retryAtMs } from '../core/retry.ts';
import type { World } from '../core/world.ts';
import type { PlannedBatch } from './planHistory.ts';

/** More than a batch has, so that one round is enough if the queue has no other tasks. */
const claimMax = 1_000;

/**
 * Runs the pipelines of these orders, and of no others, without sending a mail, until none of their tasks is due.
 * Batches run one after another, because invoices are numbered in the order of their dates.
 */
export const runPipelines = async (
  queue: Queue,
  { clock, random }: World,
  { outcomeMs, completedMs }: PlannedBatch,
  orderIds: ReadonlySet<string>,
): AsyncResult<void> => {
  // Workers rescue by the real clock, so a lease that starts in the past must last until after now.
  const leaseMs = clock.nowMs() - outcomeMs + 60_000;
  const otherLeases: Lease[] = [];
  for (const pipeline of pipelines.values()) {
    for (;;) {
      const claimed = await queue.claim({
        pipeline,
        limit: claimMax,
        nowMs: outcomeMs,
        leaseMs,
        retryAtMs: (attempts) => retryAtMs(attempts, outcomeMs, random),
      });
      if (claimed.isErr()) return err(claimed.error);
      const { processed, leases } = claimed.value;
      if (processed === 0) break;
      const isOurs = ({ orders }: Lease) => orders.every(({ order }) => orderIds.has(order.id));
      otherLeases.push(...leases.filter((lease) => !isOurs(lease)));
      const reports = leases.filter(isOurs).map(reportWithoutSending);
      const reported = await queue.report(reports, completedMs);
      if (reported.isErr()) return err(reported.error);
    }
  }
  // Released last: a task released earlier would be claimed again instead of these orders' tasks.
  return queue.release(otherLeases, outcomeMs);
};

const reportWithoutSending = ({ taskId, lease }: Lease): StepReport => ({
  taskId,
  lease,
  outcome: { kind: 'done', detail: 'seeded: nothing was sent' },
});
