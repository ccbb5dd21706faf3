import { describe, expect, test } from 'bun:test';
import { createBacklogMetrics, createEventTargetMetrics } from '../../adapters/metrics/events.ts';
import { createRegistry } from '../../adapters/metrics/registry.ts';
import { testEventId } from '../../core/event.ts';
import type { EventTarget } from '../../core/eventTarget.ts';
import { createMemoryStore } from '../model/store.ts';
import { createManualTimer } from '../timer.ts';
import { endpointTo, leasedEvent } from '../webhooks/sending.ts';
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

describe('Metrics of events', () => {
  test('Say how far active and paused subscriptions are behind, by kind, and are read every 5 seconds', async () => {
    const { world, timer, registry, samples } = createFixture();
    const store = createMemoryStore(world);
    createBacklogMetrics(registry, store.events, world);
    const subscribe = async (): Promise<string> => {
      const id = world.ids.next(world.clock.nowMs());
      const command = { id, kind: 'webhook', target: 'https://x.example', types: [], secret: null } as const;
      await store.subscriptions.create(command, world.clock.nowMs());
      await store.events.sendTest(id, world.clock.nowMs());
      return id;
    };
    await subscribe();
    const paused = await subscribe();
    await store.subscriptions.change({ id: paused, paused: true }, world.clock.nowMs());
    await timer.advance(90_000);
    await subscribe();
    const found = await samples();
    const of = (name: string, kind: string, state: string) =>
      found.get(`cartwright_${name}{kind="${kind}",state="${state}"}`);
    expect(of('events_behind', 'webhook', 'active')).toBe(2);
    expect(of('events_oldest_age_seconds', 'webhook', 'active')).toBe(90);
    expect(of('event_subscriptions', 'webhook', 'paused')).toBe(1);
    expect(of('events_behind', 'webhook', 'paused')).toBe(1);
    expect(of('events_behind', 'kafka', 'active')).toBe(0);
    const active = 'cartwright_events_behind{kind="webhook",state="active"}';
    await subscribe();
    expect((await samples()).get(active)).toBe(2);
    await timer.advance(5_000);
    expect((await samples()).get(active)).toBe(3);
  });

  test('Count attempts by outcome, and a rejected batch as failed', async () => {
    const { registry, timer, samples } = createFixture();
    const answers = [
      async () => [{ error: null }, { error: 'the receiver answered 503' }],
      () => Promise.reject(new Error('a bug')),
    ];
    const target: EventTarget = {
      kind: 'webhook',
      batchMax: 2,
      keepsOrder: false,
      send: async () => {
        await timer.advance(300);
        return (await answers.shift()?.()) ?? [];
      },
    };
    const measured = createEventTargetMetrics(registry, timer)(target);
    const series = (outcome: string) =>
      `cartwright_event_deliveries_total{kind="webhook",outcome="${outcome}"}`;
    expect((await samples()).get(series('delivered'))).toBe(0);
    const events = [leasedEvent, { ...leasedEvent, id: testEventId(leasedEvent.subject, 1) }];
    await measured.send(endpointTo('https://x.example'), events, 30_000);
    expect(measured.send(endpointTo('https://x.example'), events, 30_000)).rejects.toThrow('a bug');
    await timer.advance(1_000);
    const found = await samples();
    expect(found.get(series('delivered'))).toBe(1);
    expect(found.get(series('failed'))).toBe(3);
    expect(found.get('cartwright_event_send_duration_seconds_count{kind="webhook"}')).toBe(2);
  });
});
