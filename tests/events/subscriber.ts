import { expect } from 'bun:test';
import type { EventType } from '../../core/event.ts';
import type { EventReport, LeasedEvent } from '../../core/relay.ts';
import { faultsOfEvent } from '../contracts/eventSchemas.ts';
import { defined, unwrap } from '../contracts/fixture.ts';
import type { TestContext } from '../contracts/testContext.ts';

const keyOf = ({ subject, sequence }: LeasedEvent): string => `${subject} ${sequence}`;

/**
 * What is the same in every attempt. Which checkout an order stands in, and what became of a checkout since, are told as
 * they are now.
 */
const promised = ({ id, body }: LeasedEvent) => {
  const { data, ...attributes } = JSON.parse(body);
  const { checkoutId: _, number: __, ...order } = data.order ?? {};
  const { status, customerId, createdAt, updatedAt } = data.checkout ?? {};
  return { id, attributes, order, checkout: { status, customerId, createdAt, updatedAt } };
};

/**
 * A subscription and all that it has heard. Checks each claim: no event comes before an earlier one, or changes what it
 * says of the history.
 */
export const createSubscriber = async (
  { store, fixture }: TestContext,
  types: readonly EventType[],
  inRuns: boolean,
) => {
  const id = fixture.newId();
  const command = {
    id,
    kind: inRuns ? 'kafka' : 'webhook',
    target: `https://${id}.example/`,
    types,
    secret: 'whsec_1',
  } as const;
  await unwrap(store.subscriptions.create(command, fixture.now()));
  const heard = new Map<string, LeasedEvent>();
  const delivered = new Set<string>();
  const newest = new Map<string, number>();
  /** The lease of each event that counts: that of its last claim, until something is reported under it. */
  const leases = new Map<string, number>();

  /** When the lease of the last run ends. A claim after it counts even if it finds nothing. */
  let runEndsMs = 0;

  const claim = async (limit: number): Promise<readonly LeasedEvent[]> => {
    const query = { subscriptionId: id, limit, nowMs: fixture.now(), leaseMs: 30_000 };
    const batch = await unwrap(inRuns ? store.events.claimRun(query) : store.events.claim(query));
    expect(batch.length).toBeLessThanOrEqual(limit);
    if (inRuns && fixture.now() >= runEndsMs) {
      leases.clear();
      runEndsMs = batch.length > 0 ? fixture.now() + query.leaseMs : 0;
    }
    if (!inRuns) expect(new Set(batch.map(({ subject }) => subject)).size).toBe(batch.length);
    const before = new Set<string>();
    for (const event of batch) {
      const key = keyOf(event);
      expect(faultsOfEvent(event.type, JSON.parse(event.body))).toEqual([]);
      expect([key, types.includes(event.type as EventType), delivered.has(key)]).toEqual([key, true, false]);
      if (!inRuns) expect(event.sequence).toBeGreaterThanOrEqual(newest.get(event.subject) ?? 0);
      // What comes after it must wait until it is delivered, or come after it in its run.
      for (const earlier of heard.values())
        if (earlier.subject === event.subject && earlier.sequence < event.sequence) {
          const isBefore = delivered.has(keyOf(earlier)) || before.has(keyOf(earlier));
          expect([keyOf(earlier), isBefore]).toEqual([keyOf(earlier), true]);
        }
      before.add(key);
      const first = heard.get(key);
      if (first !== undefined) expect(promised(event)).toEqual(promised(first));
      heard.set(key, first ?? event);
      newest.set(event.subject, event.sequence);
      leases.set(key, event.lease);
    }
    return batch;
  };

  const reportRun = async (
    events: readonly LeasedEvent[],
    outcome: EventReport['outcome'],
  ): Promise<void> => {
    const reports = events.map(({ subject, sequence, lease, batch }) => ({
      ...{ subject, sequence, lease, outcome },
      ...(batch !== undefined && { batch }),
    }));
    const accepted = await unwrap(store.events.reportRun(id, reports, null));
    const counts = events.filter((event) => leases.get(keyOf(event)) === event.lease);
    // All or none: the lease is that of the whole run.
    expect([0, events.length]).toContain(counts.length);
    expect(accepted).toBe(counts.length);
    if (accepted === 0) return;
    runEndsMs = 0;
    leases.clear();
    if (outcome.kind === 'delivered') for (const event of events) delivered.add(keyOf(event));
  };

  const reportEach = async (
    events: readonly LeasedEvent[],
    outcome: EventReport['outcome'],
  ): Promise<void> => {
    for (const event of events) {
      const { subject, sequence, lease } = event;
      const accepted = await unwrap(store.events.report(id, [{ subject, sequence, lease, outcome }], null));
      const key = keyOf(event);
      expect([key, accepted]).toEqual([key, leases.get(key) === lease ? 1 : 0]);
      if (accepted > 0) leases.delete(key);
      if (accepted > 0 && outcome.kind === 'delivered') delivered.add(key);
    }
  };

  const report = inRuns ? reportRun : reportEach;

  return {
    types,
    claim,
    report,
    /** Hears all that is left. */
    drain: async (): Promise<void> => {
      for (let batch = await claim(100); batch.length > 0; batch = await claim(100))
        await report(batch, { kind: 'delivered' });
      const backlog = (await unwrap(store.events.backlog())).find(
        ({ subscription }) => subscription.id === id,
      );
      expect(defined(backlog).events).toBe(0);
    },
    heard: (): readonly LeasedEvent[] => [...heard.values()],
  };
};

export type Subscriber = Awaited<ReturnType<typeof createSubscriber>>;
