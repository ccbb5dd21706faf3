import { describe, expect, test } from 'bun:test';
import {
  isHeldBy,
  isLeaseHeld,
  type Pause,
  probeDelayMs,
  probeIn,
  type StepPause,
} from '../../core/pause.ts';
import { digitalPipeline } from '../../core/pipelines/digital.ts';
import { runTxSteps } from '../../core/steps.ts';
import { order } from './samples.ts';

const fixedRandom = (unit: number) => ({ unit: () => unit, bytes: () => new Uint8Array() });

describe('Probes', () => {
  test('The longest delay before a probe doubles from a second to a minute, and half of it is random', () => {
    const longest = [0, 1, 2, 5, 6, 100].map((failures) => probeDelayMs(failures, null, fixedRandom(1)));
    expect(longest).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
    expect(probeDelayMs(6, null, fixedRandom(0))).toBe(30_000);
  });

  test('A probe waits as long as the server asks, and an hour at most', () => {
    expect(probeDelayMs(0, 120_000, fixedRandom(1))).toBe(120_000);
    expect(probeDelayMs(6, 5_000, fixedRandom(1))).toBe(60_000);
    expect(probeDelayMs(0, Number.MAX_SAFE_INTEGER, fixedRandom(1))).toBe(3_600_000);
  });
});

describe('Held tasks', () => {
  const pause = (changes: Partial<StepPause>): StepPause => ({
    pauseId: 'p',
    step: 'notify_customer',
    taskId: null,
    failures: 0,
    ...changes,
  });

  test('The lease of a probe is held by every pause but its own, and other leases by each', () => {
    const ofFault: Pause = {
      ...{
        id: 'p',
        pipeline: 'digital',
        step: 'notify_customer',
        origin: 'fault',
        reason: 'down',
        sinceMs: 0,
      },
    };
    const ofOperator: Pause = { ...ofFault, id: 'o', step: null, origin: 'operator' };
    const lease = { pipeline: 'digital', step: 'notify_customer', probe: null };
    const probe = { ...lease, probe: { pauseId: 'p', failures: 0 } };
    expect([isLeaseHeld([ofFault], lease), isLeaseHeld([ofFault], probe)]).toEqual([true, false]);
    expect(isLeaseHeld([ofFault, ofOperator], probe)).toBe(true);
    expect(isLeaseHeld([ofFault], { ...lease, step: 'ship' })).toBe(false);
    expect(isLeaseHeld([ofOperator], { ...lease, pipeline: 'physical' })).toBe(false);
  });

  test('A probe passes its own pause and no other one', () => {
    const ofFault = pause({ taskId: 'probe', failures: 3 });
    expect(isHeldBy([ofFault])('probe', 'notify_customer')).toBe(false);
    expect(isHeldBy([ofFault])('other', 'notify_customer')).toBe(true);
    expect(isHeldBy([ofFault])('other', 'invoice')).toBe(false);
    expect(isHeldBy([ofFault, pause({})])('probe', 'notify_customer')).toBe(true);
    expect(probeIn([ofFault], 'probe', 'notify_customer')).toEqual({ pauseId: 'p', failures: 3 });
    expect(probeIn([ofFault], 'probe', 'invoice')).toBeNull();
    expect(probeIn([pause({})], 'other', 'notify_customer')).toBeNull();
  });

  test('A run of steps stops a task at the step where it is held, whatever the kind of the step', () => {
    const task = (id: string, step: string) => ({
      id,
      checkoutId: 'c',
      step,
      attempts: 0,
      orders: [{ order: order(`order ${id}`), contact: { email: 'a@b.example', language: null }, seq: 3 }],
    });
    const held = isHeldBy([pause({ step: 'invoice', taskId: 'free' }), pause({ taskId: 'mail' })]);
    const steps = runTxSteps(digitalPipeline, [task('held', 'issue_licence'), task('free', 'invoice')], held);
    let next = steps.next();
    while (next.done !== true)
      next = steps.next(next.value.tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null })));
    expect(next.value.advanced).toEqual([
      { taskId: 'held', seqs: [4], step: 'invoice', parked: true },
      { taskId: 'free', seqs: [5], step: 'notify_customer', parked: true },
    ]);
  });
});
