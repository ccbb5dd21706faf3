import { describe, expect, test } from 'bun:test';
import { pipelines } from '../../core/pipelines/index.ts';
import { withServices } from '../../core/pipelines/withServices.ts';
import type { Lease } from '../../core/queue.ts';
import { attemptsMax } from '../../core/retry.ts';
import type { ServiceOutcome, StepServices } from '../../core/stepService.ts';
import { createRunStep } from '../../core/usecases/runStep.ts';
import { plainRenderer } from '../plainRenderer.ts';
import { createTestWorld } from '../world.ts';
import { order } from './samples.ts';

const lease = (changes: Partial<Lease> = {}): Lease => ({
  taskId: 'task',
  lease: 3,
  untilMs: 2_000,
  pipeline: 'physical',
  step: 'request_shipment',
  attempts: 0,
  probe: null,
  checkoutId: 'checkout-1',
  orders: [{ order: order('order-1'), licences: [] }],
  contact: { email: 'an@example.com', language: 'en' },
  invoiceNumber: null,
  issuedInvoice: null,
  references: [],
  body: '{"stored":true}',
  alreadyDone: false,
  ...changes,
});

const createTestStep = (outcome: ServiceOutcome, nowMs = 1_000) => {
  const calls: Parameters<StepServices['call']>[0][] = [];
  const stepServices: StepServices = {
    available: ['carrier'],
    call: async (request) => {
      calls.push(request);
      return outcome;
    },
  };
  const mailer = { send: async () => ({ kind: 'accepted' }) as const };
  const world = createTestWorld(nowMs, 1);
  return {
    calls,
    runStep: createRunStep(
      { mailer, invoiceRenderer: plainRenderer, stepServices, world },
      { mailDomain: 'shop.test' },
    ),
  };
};

const tracked = { reference: 'VN-7', url: 'https://carrier.example/VN-7' };

describe('Steps of step services', () => {
  test('A step sends the stored request under the key of its task and step, in every attempt', async () => {
    const { calls, runStep } = createTestStep({ kind: 'done', reference: tracked });
    const report = await runStep(lease());
    await runStep(
      lease({ lease: 4, attempts: 2, orders: [{ order: order('order-1', { quantity: 9 }), licences: [] }] }),
    );
    expect(report).toMatchObject({ taskId: 'task', lease: 3 });
    const call = { service: 'carrier', key: 'task.request_shipment', body: '{"stored":true}' } as const;
    expect(calls).toEqual([call, call]);
  });

  test('A step that is done reports its reference, or else its page, for the history', async () => {
    const outcomeOf = async (reference: string | null, url: string | null) =>
      (await createTestStep({ kind: 'done', reference: { reference, url } }).runStep(lease()))?.outcome;
    expect(await outcomeOf(tracked.reference, tracked.url)).toMatchObject({
      kind: 'done',
      detail: 'VN-7',
      reference: tracked,
    });
    expect(await outcomeOf(null, tracked.url)).toMatchObject({ detail: tracked.url });
    expect(await outcomeOf(null, null)).toMatchObject({ kind: 'done', detail: null });
  });

  test('A step that is refused fails', async () => {
    const { runStep } = createTestStep({ kind: 'rejected', reason: 'the carrier answered 422' });
    expect((await runStep(lease()))?.outcome).toEqual({ kind: 'failed', error: 'the carrier answered 422' });
  });

  test('A step whose service is down counts no attempt', async () => {
    const { runStep } = createTestStep({ kind: 'unavailable', reason: 'down', retryAfterMs: 5_000 });
    expect((await runStep(lease()))?.outcome).toEqual({
      kind: 'unavailable',
      error: 'down',
      retryAfterMs: 5_000,
    });
  });

  test('A step that its service defers waits for five minutes at most, and has no last attempt', async () => {
    const { runStep } = createTestStep({ kind: 'deferred', reason: 'down', retryAfterMs: null });
    for (const attempts of [0, attemptsMax - 1, attemptsMax, 10_000]) {
      const outcome = (await runStep(lease({ attempts })))?.outcome;
      if (outcome?.kind !== 'retry') throw new Error(`the outcome is ${outcome?.kind}`);
      expect(outcome.error).toBe('down');
      expect(outcome.runAtMs).toBeGreaterThanOrEqual(1_000);
      expect(outcome.runAtMs).toBeLessThanOrEqual(1_000 + 300_000);
    }
  });

  test('A step waits as long as its service asks, and an hour at most', async () => {
    const waitOf = async (retryAfterMs: number) => {
      const { runStep } = createTestStep({ kind: 'deferred', reason: 'down', retryAfterMs });
      const outcome = (await runStep(lease()))?.outcome;
      return outcome?.kind === 'retry' ? outcome.runAtMs - 1_000 : null;
    };
    expect(await waitOf(600_000)).toBe(600_000);
    expect(await waitOf(3_600_000)).toBe(3_600_000);
    expect(await waitOf(Number.MAX_SAFE_INTEGER)).toBe(3_600_000);
    expect(await waitOf(0)).toBeLessThanOrEqual(2_000);
  });

  test('A step under a lease that has ended, or that is done already, calls nobody', async () => {
    const ended = createTestStep({ kind: 'done', reference: tracked }, 2_000);
    expect(await ended.runStep(lease())).toBeNull();
    const again = createTestStep({ kind: 'done', reference: tracked });
    expect((await again.runStep(lease({ alreadyDone: true })))?.outcome).toEqual({
      kind: 'done',
      detail: null,
    });
    expect([...ended.calls, ...again.calls]).toEqual([]);
  });

  test('A step that the group of its order has asked for is refused, and the service is not asked', async () => {
    const { calls, runStep } = createTestStep({ kind: 'done', reference: tracked });
    expect((await runStep(lease({ body: null })))?.outcome).toEqual({
      kind: 'failed',
      error: 'the group of this order asked the carrier before the order left it: ask there what was done',
    });
    expect(calls).toEqual([]);
  });

  test('A step without its service throws', async () => {
    const { calls, runStep } = createTestStep({ kind: 'done', reference: tracked });
    await expect(runStep(lease({ step: 'invoice' }))).rejects.toThrow('not an external step');
    expect(calls).toEqual([]);
  });
});

describe('Pipelines with step services', () => {
  test('Without a service every pipeline is as it was', () => {
    for (const pipeline of pipelines.values()) expect(withServices(pipeline, [])).toEqual(pipeline);
  });

  test('A service does its steps, and names, states and order stay', () => {
    for (const pipeline of pipelines.values()) {
      const changed = withServices(pipeline, ['carrier', 'invoice_service', 'product_service']);
      const named = ({ steps }: typeof pipeline) =>
        steps.map(({ name, historyState }) => ({ name, historyState }));
      expect(named(changed)).toEqual(named(pipeline));
      for (const [index, step] of pipeline.steps.entries())
        if (step.kind === 'tx' && step.service !== undefined)
          expect(changed.steps[index]).toMatchObject({ kind: 'external', service: step.service });
    }
  });

  test('A service does no step of another service', () => {
    const kinds = (type: string) => {
      const pipeline = pipelines.get(type);
      if (pipeline === undefined) throw new Error(type);
      return withServices(pipeline, ['carrier']).steps.map(({ kind }) => kind);
    };
    expect(kinds('physical')).toEqual(['tx', 'external', 'external']);
    expect(kinds('digital')).toEqual(['tx', 'tx', 'external']);
    expect(kinds('service')).toEqual(['tx', 'tx', 'external']);
  });
});
