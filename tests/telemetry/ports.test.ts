import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import { createCallMetrics } from '../../adapters/metrics/calls.ts';
import { createQueueMetrics } from '../../adapters/metrics/queue.ts';
import { createRegistry } from '../../adapters/metrics/registry.ts';
import { createStoreMetrics } from '../../adapters/metrics/store.ts';
import type { Mail } from '../../core/mail.ts';
import type { OperatorQueue } from '../../core/operatorQueue.ts';
import type { ChargeOutcome, PaymentProvider } from '../../core/provider.ts';
import type { QueueStats } from '../../core/queue.ts';
import type { Store } from '../../core/store.ts';
import { createMemoryStore } from '../model/store.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { samplesOf } from './samples.ts';

const createFixture = () => {
  const testWorld = createTestWorld();
  const timer = createManualTimer(testWorld);
  const world = { ...testWorld, timer };
  const registry = createRegistry(timer);
  const samples = async () => samplesOf((await registry.render(null)).text);
  return { world, timer, registry, samples };
};

const down = { kind: 'unavailable', reason: 'the database is down' } as const;

describe('Calls of other companies', () => {
  test('A call of the provider is timed by what was asked and what came of it', async () => {
    const { registry, timer, samples } = createFixture();
    const { measureProvider } = createCallMetrics(registry, timer);
    const outcomes: ChargeOutcome[] = [
      { kind: 'declined', declineCode: 'no' },
      { kind: 'succeeded', reference: 'ch_1' },
    ];
    const provider = measureProvider({
      name: 'stripe',
      charge: async () => {
        await timer.advance(300);
        return outcomes.pop();
      },
      readCharge: async () => err(down),
      cancel: () => Promise.reject(new Error('a bug')),
    } as unknown as PaymentProvider);
    const request = { paymentId: 'p', amount: { amount: 1, currency: 'VND' }, method: 'm' };
    await provider.charge(request);
    await provider.charge(request);
    await provider.readCharge('ch_1');
    expect(provider.cancel(request)).rejects.toThrow('a bug');
    const found = await samples();
    const series = (suffix: string, operation: string, outcome: string, more = '') =>
      found.get(
        `cartwright_provider_call_duration_seconds_${suffix}{operation="${operation}",outcome="${outcome}"${more}}`,
      );
    expect(series('sum', 'charge', 'succeeded')).toBeCloseTo(0.3);
    expect(series('bucket', 'charge', 'succeeded', ',le="0.25"')).toBe(0);
    expect(series('bucket', 'charge', 'succeeded', ',le="0.5"')).toBe(1);
    expect(series('count', 'charge', 'declined')).toBe(1);
    expect(series('count', 'read_charge', 'unavailable')).toBe(1);
    expect(series('count', 'cancel', 'threw')).toBe(1);
  });

  test('Mails and step services are timed by outcome, and a mailbox still draws its invoices later', async () => {
    const { registry, timer, samples } = createFixture();
    const { measureMailer, measureServices } = createCallMetrics(registry, timer);
    const mailer = measureMailer({
      drawsInvoicesLater: true,
      send: async () => ({ kind: 'deferred', reason: 'greylisted' }),
    });
    expect(mailer.drawsInvoicesLater).toBeTrue();
    expect(await mailer.send({} as Mail)).toEqual({ kind: 'deferred', reason: 'greylisted' });
    const services = measureServices({
      available: ['carrier'],
      call: async () => ({ kind: 'rejected', reason: 'no' }),
    });
    expect(services.available).toEqual(['carrier']);
    await services.call({ service: 'carrier', key: 'k', body: '{}' });
    const found = await samples();
    expect(found.get('cartwright_mail_duration_seconds_count{outcome="deferred"}')).toBe(1);
    expect(
      found.get('cartwright_step_service_call_duration_seconds_count{service="carrier",outcome="rejected"}'),
    ).toBe(1);
  });
});

describe('The store', () => {
  const lease = { taskId: 't', lease: 1 };
  const createMeasured = (
    changes: { queue?: object; audits?: object; inbox?: object; ledger?: object } = {},
  ) => {
    const fixture = createFixture();
    const store = createMemoryStore(fixture.world);
    const measured = createStoreMetrics(
      fixture.registry,
      fixture.world,
      true,
    )({
      ...store,
      queue: { ...store.queue, ...changes.queue },
      audits: { ...store.audits, ...changes.audits },
      inbox: { ...store.inbox, ...changes.inbox },
      ledger: { ...store.ledger, ...changes.ledger },
    } as Store);
    return { ...fixture, measured };
  };

  test('Batches are counted with their size, and those that the database could not write with their time alone', async () => {
    let isDown = false;
    const { measured, samples } = createMeasured({
      audits: { claim: async (all: readonly unknown[]) => (isDown ? err(down) : ok(all)) },
    });
    await measured.audits.claim([{}, {}, {}] as never, 0);
    isDown = true;
    await measured.audits.claim([{}] as never, 0);
    const found = await samples();
    expect(found.get('cartwright_batch_size_sum{operation="claim_checkouts"}')).toBe(3);
    expect(found.get('cartwright_batch_size_count{operation="claim_checkouts"}')).toBe(1);
    for (const outcome of ['succeeded', 'unavailable'])
      expect(
        found.get(
          `cartwright_batch_duration_seconds_count{operation="claim_checkouts",outcome="${outcome}"}`,
        ),
      ).toBe(1);
  });

  test('Leases that were lost are counted: reports that were not accepted, and tasks that were rescued', async () => {
    const { measured, samples } = createMeasured({
      queue: { report: async () => ok(['a']), rescue: async () => ok(4) },
    });
    const done = { kind: 'done', detail: null } as const;
    await measured.queue.report(
      [
        { taskId: 'a', lease: 1, outcome: done },
        { ...lease, outcome: { kind: 'failed', error: 'no' } },
        { ...lease, outcome: done },
      ],
      0,
    );
    await measured.queue.rescue({ nowMs: 0, crashesMax: 5, limit: 10 });
    const found = await samples();
    expect(found.get('cartwright_leases_lost_total')).toBe(2);
    expect(found.get('cartwright_leases_expired_total')).toBe(4);
    expect(found.get('cartwright_steps_total{outcome="done"}')).toBe(2);
    expect(found.get('cartwright_steps_total{outcome="failed"}')).toBe(1);
  });

  test('Events of the provider are counted as understood, not understood or repeated', async () => {
    const { measured, samples } = createMeasured({
      inbox: { receive: async () => ok([true, true, true, false]) },
    });
    await measured.inbox.receive(
      [{ taskId: 'a' }, { taskId: null }, { taskId: 'b' }, { taskId: null }] as never,
      0,
    );
    const found = await samples();
    for (const [kind, count] of [
      ['understood', 2],
      ['not_understood', 1],
      ['repeated', 1],
    ] as const)
      expect([kind, found.get(`cartwright_provider_events_total{kind="${kind}"}`)]).toEqual([kind, count]);
  });

  test('A page shows the money checks as they were read last, asks for none, and forgets old ones', async () => {
    let reads = 0;
    const store = createMemoryStore(createTestWorld());
    const { measured, samples, world } = createMeasured({
      ledger: {
        counts: async (nowMs: number) => {
          reads++;
          const healthy = (await store.ledger.counts(nowMs))._unsafeUnwrap();
          return ok({ ...healthy, unknown: { count: 2, oldestMs: nowMs - 90_000 } });
        },
      },
    });
    const cases = 'cartwright_money_check_cases{check="unknown"}';
    expect((await samples()).has(cases)).toBeFalse();
    expect(reads).toBe(0);
    await measured.ledger.counts(world.clock.nowMs());
    const found = await samples();
    expect(found.get(cases)).toBe(2);
    expect(found.get('cartwright_money_check_cases{check="charged_twice"}')).toBe(0);
    expect(found.get('cartwright_money_check_oldest_case_age_seconds{check="unknown"}')).toBe(90);
    world.advance(15 * 60_000 + 1);
    expect((await samples()).has(cases)).toBeFalse();
    expect(reads).toBe(1);
  });
});

describe('The queue', () => {
  const stats: QueueStats = {
    counts: [{ pipeline: 'physical', state: 'ready', tasks: 7 }],
    oldestReadyAgeMs: 4_000,
    oldestReady: [{ pipeline: 'physical', ageMs: 4_000 }],
    finishedPerSecond: 0,
    pauses: [],
  };
  const createQueue = (readMs = 0) => {
    const fixture = createFixture();
    const { world, timer, registry } = fixture;
    const state = { reads: 0, isDown: false };
    const sinceMs = world.clock.nowMs() - 60_000;
    const pause = { id: 'p', pipeline: 'digital', step: 'notify_customer', reason: 'r' };
    const queue: Pick<OperatorQueue, 'stats' | 'history'> = {
      stats: async () => {
        state.reads++;
        if (readMs > 0) await new Promise<void>((resolve) => timer.after(readMs, resolve));
        return state.isDown ? err(down) : ok({ ...stats, pauses: [{ ...pause, origin: 'fault', sinceMs }] });
      },
      history: async (nowMs) =>
        ok(
          Array.from({ length: 360 }, (_, index) => ({
            atMs: nowMs - 10_000 * (360 - index),
            finished: [{ pipeline: 'physical', tasks: index === 359 ? 100 : 2 }],
            ready: 0,
          })),
        ),
    };
    createQueueMetrics(registry, queue, world);
    return { ...fixture, state };
  };
  const ready = 'cartwright_queue_tasks{pipeline="physical",state="ready"}';

  test('A page has the depth, the oldest age, what finished and the pauses, by pipeline', async () => {
    const { samples } = createQueue();
    const found = await samples();
    expect(found.get(ready)).toBe(7);
    expect(found.get('cartwright_queue_tasks{pipeline="refund",state="failed"}')).toBe(0);
    expect(found.get('cartwright_queue_oldest_ready_age_seconds{pipeline="physical"}')).toBe(4);
    expect(found.get('cartwright_queue_oldest_ready_age_seconds{pipeline="digital"}')).toBe(0);
    // The newest slot may still get more.
    expect(found.get('cartwright_queue_finished_last_minute{pipeline="physical"}')).toBe(12);
    expect(found.get('cartwright_queue_pauses{pipeline="digital",origin="fault"}')).toBe(1);
    expect(found.get('cartwright_queue_oldest_pause_age_seconds{pipeline="digital",origin="fault"}')).toBe(
      60,
    );
  });

  test('Many pages within five seconds are one read', async () => {
    const { samples, state, timer } = createQueue();
    await Promise.all([samples(), samples()]);
    await timer.advance(4_999);
    await samples();
    expect(state.reads).toBe(1);
    await timer.advance(1);
    await samples();
    expect(state.reads).toBe(2);
  });

  test('A slow read holds up no page, and is repeated more rarely', async () => {
    const { samples, state, timer } = createQueue(2_500);
    const first = samples();
    await timer.advance(2_000);
    expect((await first).has(ready)).toBeFalse();
    await timer.advance(500);
    expect((await samples()).get(ready)).toBe(7);
    await timer.advance(59_999);
    await samples();
    expect(state.reads).toBe(1);
    await timer.advance(1);
    const next = samples();
    await timer.advance(2_500);
    await next;
    expect(state.reads).toBe(2);
  });

  test('While the database is down a page has the last numbers for two minutes, and then none', async () => {
    const { samples, state, timer } = createQueue();
    await samples();
    state.isDown = true;
    await timer.advance(119_999);
    expect((await samples()).get(ready)).toBe(7);
    await timer.advance(1);
    const found = await samples();
    expect(found.has(ready)).toBeFalse();
    expect(found.has('cartwright_queue_read_timestamp_seconds')).toBeFalse();
  });
});
