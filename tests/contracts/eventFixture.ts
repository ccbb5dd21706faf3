import { expect } from 'bun:test';
import { type EventType, eventTypes } from '../../core/event.ts';
import type { DeliveryAttempt, EventReport, LeasedEvent } from '../../core/relay.ts';
import type { CreateSubscription } from '../../core/subscription.ts';
import { faultsOfEvent } from './eventSchemas.ts';
import { unwrap } from './fixture.ts';
import type { TestContext } from './testContext.ts';

/** What tests of events do. */
export const createEventFixture = (context: () => TestContext) => {
  const subscribe = async (
    types: readonly EventType[] = eventTypes,
    changes: Partial<CreateSubscription> = {},
  ): Promise<string> => {
    const { fixture, store } = context();
    const id = fixture.newId();
    const target = `https://${id}.example/hooks`;
    const command = { id, kind: 'webhook', target, types, secret: 'whsec_1', ...changes } as const;
    return (await unwrap(store.subscriptions.create(command, fixture.now()))).id;
  };

  const claim = (subscriptionId: string, limit = 100): Promise<readonly LeasedEvent[]> => {
    const { fixture, store } = context();
    return unwrap(store.events.claim({ subscriptionId, limit, nowMs: fixture.now(), leaseMs: 30_000 }));
  };

  const claimRun = (subscriptionId: string, limit = 100): Promise<readonly LeasedEvent[]> => {
    const { fixture, store } = context();
    return unwrap(store.events.claimRun({ subscriptionId, limit, nowMs: fixture.now(), leaseMs: 30_000 }));
  };

  const report = (
    subscriptionId: string,
    events: readonly LeasedEvent[],
    outcome: EventReport['outcome'] = { kind: 'delivered' },
    attempt?: DeliveryAttempt,
  ): Promise<number> => {
    const reports = events.map(({ subject, sequence, lease, body }) => ({
      ...{ subject, sequence, lease, outcome },
      ...(attempt !== undefined && { attempt: { ...attempt, body } }),
    }));
    return unwrap(context().store.events.report(subscriptionId, reports, null));
  };

  /** All events of a subscription, in the order in which it hears them. Each must be what its schema says. */
  const hearAll = async (subscriptionId: string): Promise<readonly LeasedEvent[]> => {
    const heard: LeasedEvent[] = [];
    for (let batch = await claim(subscriptionId); batch.length > 0; batch = await claim(subscriptionId)) {
      expect(batch.flatMap(({ type, body }) => faultsOfEvent(type, JSON.parse(body)))).toEqual([]);
      heard.push(...batch);
      await report(subscriptionId, batch);
    }
    return heard;
  };

  const backlogOf = async (id: string) =>
    (await unwrap(context().store.events.backlog())).find(({ subscription }) => subscription.id === id);

  return { subscribe, claim, claimRun, report, hearAll, backlogOf };
};

/** The events of one subject, in the order in which they were heard. */
export const eventsOf = (events: readonly LeasedEvent[], subject: string): readonly LeasedEvent[] =>
  events.filter((event) => event.subject === subject);

export const typesOf = (events: readonly LeasedEvent[]): readonly string[] => events.map(({ type }) => type);
