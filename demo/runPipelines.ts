import { err } from 'neverthrow';
import { pipelines } from '../core/pipelines/index.ts';
import type { Lease, Queue, StepReport } from '../core/queue.ts';
import type { AsyncResult } from '../core/result.ts';
import { retryAtMs } from '../core/retry.ts';
import type { World } from '../core/world.ts';
import type { PlannedBatch } from './planHistory.ts';

/** More than a batch has, so that one round is enough while nobody else's work is in the queue. */
const takeMax = 1_000;

/**
 * Does a worker's work for these orders and for no others, without a mail being sent, until the queue has none
 * that was due by then. One batch after the other: invoices are to be numbered in the order of their dates.
 */
export const runPipelines = async (
  queue: Queue,
  { clock, random }: World,
  { settledMs, deliveredMs }: PlannedBatch,
  own: ReadonlySet<string>,
): AsyncResult<void> => {
  // A lease must last by the clock of whoever might rescue it, which is not the history's.
  const leaseMs = clock.nowMs() - settledMs + 60_000;
  const again = (attempts: number) => retryAtMs(attempts, settledMs, random);
  const strangers: Lease[] = [];
  for (const pipeline of pipelines.values()) {
    for (;;) {
      const taken = await queue.claim({
        pipeline,
        limit: takeMax,
        nowMs: settledMs,
        leaseMs,
        retryAtMs: again,
      });
      if (taken.isErr()) return err(taken.error);
      if (taken.value.touched === 0) break;
      strangers.push(...taken.value.leases.filter(({ order }) => !own.has(order.id)));
      const reports = taken.value.leases.filter(({ order }) => own.has(order.id)).map(doneUnsent);
      const settled = await queue.report(reports, deliveredMs);
      if (settled.isErr()) return err(settled.error);
    }
  }
  // Only now: a stranger that was given back before would be taken again instead of ours.
  return queue.release(strangers, settledMs);
};

const doneUnsent = ({ taskId, lease }: Lease): StepReport => ({
  taskId,
  lease,
  outcome: { kind: 'done', detail: 'seeded: nothing was sent' },
});
