import { expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import type { Lease, StepReport } from '../../core/queue.ts';
import { failedAttempt } from '../../core/retry.ts';
import { createExecutor } from '../../worker/executor.ts';
import { createOutageLog } from '../../worker/outage.ts';
import { manualTimer, turns } from '../timer.ts';
import { testLog, until, workplace } from './harness.ts';

/** Ours all end in their only external step; the next product type's need not. */
const longer: Pipeline = {
  name: 'digital',
  steps: [
    {
      name: 'notify_customer',
      historyState: 'customer_notified',
      kind: 'external',
      service: 'notify_customer',
    },
    { name: 'invoice', historyState: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
  ],
};
const last: Pipeline = { ...longer, steps: [longer.steps[0]] };

/** One lease in the hands of a worker whose reports are `accepted` or not. */
const oneLease = async (pipeline: Pipeline, accepted: boolean) => {
  const { store, world, sell, taken } = await workplace();
  await sell(['digital']);
  const leases = await taken('digital');
  const { log } = testLog();
  const done = { performed: 0, reported: 0, woken: 0 };
  const under = createExecutor(
    pipeline,
    {
      queue: store.queue,
      world,
      log,
      timer: manualTimer(world),
      clock: world.clock,
      random: world.random,
      outage: createOutageLog(log, world.clock),
      about: () => ({}),
      failedAttempt,
      perform: async ({ taskId, lease }: Lease): Promise<StepReport> => {
        done.performed++;
        return { taskId, lease, outcome: { kind: 'done', detail: null } };
      },
      report: async () => {
        done.reported++;
        return ok(accepted);
      },
    },
    { leaseMs: 30_000, parallelMax: 1, batchMax: 1 },
    () => {
      done.woken++;
    },
  );
  return { under, leases, done };
};

test.each([
  ['a step that others follow asks for a round', longer, true, 1],
  ['the last step asks for none', last, true, 0],
  ['a report that came too late asks for none', longer, false, 0],
] as const)('%s', async (_, pipeline, accepted, rounds) => {
  const { under, leases, done } = await oneLease(pipeline, accepted);
  under.add(leases);
  await until(() => done.reported === 1);
  await turns(2);
  expect(done.woken).toBe(rounds);
});

test('what is added after the stop is not begun', async () => {
  const { under, leases, done } = await oneLease(last, true);
  await under.stop(Promise.resolve());
  under.add(leases);
  await turns(2);
  expect(done.performed).toBe(0);
});
