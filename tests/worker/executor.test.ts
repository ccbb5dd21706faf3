import { expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import { createCountedLog } from '../../core/countedLog.ts';
import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import type { Lease, StepReport } from '../../core/queue.ts';
import { failedAttempt } from '../../core/retry.ts';
import { createExecutor } from '../../worker/executor.ts';
import { createOutageLog } from '../../worker/outage.ts';
import { createManualTimer, waitTurns } from '../timer.ts';
import { createFixture, createTestLog, waitUntil } from './harness.ts';

/** The real pipelines end with their only external step. In this one a `tx` step follows it. */
const twoSteps: Pipeline = {
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
const oneStep: Pipeline = { ...twoSteps, steps: [twoSteps.steps[0]] };

/** An executor with one lease, whose reports are `accepted` or not. */
const createExecutorOfOne = async (pipeline: Pipeline, accepted: boolean) => {
  const { store, world, placePaidOrders, claimTasks } = await createFixture();
  await placePaidOrders(['digital']);
  const leases = await claimTasks('digital');
  const { log } = createTestLog();
  const timer = createManualTimer(world);
  const counts = { performed: 0, reported: 0, woken: 0 };
  const executor = createExecutor(
    pipeline,
    {
      queue: store.queue,
      world,
      log,
      timer,
      countedLog: createCountedLog(log, timer),
      clock: world.clock,
      random: world.random,
      outage: createOutageLog(log, world.clock),
      logFacts: () => ({}),
      logFailure: () => {},
      failedAttempt,
      faults: { seen: async () => {}, reported: async () => {} },
      perform: async ({ taskId, lease }: Lease): Promise<StepReport> => {
        counts.performed++;
        return { taskId, lease, outcome: { kind: 'done', detail: null } };
      },
      report: async () => {
        counts.reported++;
        return ok(accepted);
      },
    },
    { leaseMs: 30_000, parallelMax: 1, batchMax: 1 },
    () => {
      counts.woken++;
    },
  );
  return { executor, leases, counts };
};

test.each([
  ['A step with a step after it requests a claim round', twoSteps, true, 1],
  ['The last step of a pipeline requests no claim round', oneStep, true, 0],
  ['A step whose report is refused requests no claim round', twoSteps, false, 0],
] as const)('%s', async (_, pipeline, accepted, rounds) => {
  const { executor, leases, counts } = await createExecutorOfOne(pipeline, accepted);
  executor.add(leases);
  await waitUntil(() => counts.reported === 1);
  await waitTurns(2);
  expect(counts.woken).toBe(rounds);
});

test('A lease that is added after the stop is not started', async () => {
  const { executor, leases, counts } = await createExecutorOfOne(oneStep, true);
  await executor.stop(Promise.resolve());
  executor.add(leases);
  await waitTurns(2);
  expect(counts.performed).toBe(0);
});
