import type { EventTarget, SendOutcome } from '../../core/eventTarget.ts';
import { type Metrics, secondsBuckets } from '../../core/metrics.ts';
import type { Events } from '../../core/relay.ts';
import type { SubscriptionKind } from '../../core/subscription.ts';
import type { World } from '../../core/world.ts';
import { createStopwatch } from './calls.ts';
import { createReading } from './reading.ts';

const kinds = ['webhook', 'kafka'] as const satisfies readonly SubscriptionKind[];

/**
 * How far the receivers of events are behind, whichever process is asked. The events of paused subscriptions are counted
 * apart: nobody sends them.
 */
export const createBacklogMetrics = (
  metrics: Metrics,
  events: Pick<Events, 'backlog'>,
  { clock, timer }: Pick<World, 'clock' | 'timer'>,
): void => {
  const labels = ['kind', 'state'];
  const behind = metrics.gauge({
    name: 'cartwright_events_behind',
    help: 'Events that were not yet delivered, by who gets them, and whether the subscription is active or paused. Counting ends at 100,000 of all together, or 1,000 of each: there may be more then.',
    labels,
  });
  const oldest = metrics.gauge({
    name: 'cartwright_events_oldest_age_seconds',
    help: 'Since when the oldest undelivered event of those that are counted waits. 0 if none does.',
    labels,
  });
  const subscriptions = metrics.gauge({
    name: 'cartwright_event_subscriptions',
    help: 'Who gets events: webhook endpoints, and topics of Kafka.',
    labels,
  });
  const gauges = [behind, oldest, subscriptions];

  const read = async (): Promise<boolean> => {
    const backlog = await events.backlog();
    if (backlog.isErr()) return false;
    const nowMs = clock.nowMs();
    for (const kind of kinds)
      for (const state of ['active', 'paused']) {
        const all = backlog.value.filter(
          ({ subscription }) => subscription.kind === kind && subscription.paused === (state === 'paused'),
        );
        const ages = all.map(({ oldestAtMs }) => (oldestAtMs === null ? 0 : (nowMs - oldestAtMs) / 1_000));
        subscriptions.set(all.length, kind, state);
        behind.set(
          all.reduce((sum, each) => sum + each.events, 0),
          kind,
          state,
        );
        oldest.set(Math.max(0, ...ages), kind, state);
      }
    return true;
  };

  createReading(metrics, timer, read, () => {
    for (const gauge of gauges) gauge.clear();
  });
};

/** Counts what this process sends to a target. */
export const createEventTargetMetrics = (metrics: Metrics, timer: World['timer']) => {
  const startWatch = createStopwatch(timer);
  const deliveries = metrics.counter({
    name: 'cartwright_event_deliveries_total',
    help: 'Attempts to deliver an event, by who gets it and what came of it.',
    labels: ['kind', 'outcome'],
  });
  const seconds = metrics.histogram({
    name: 'cartwright_event_send_duration_seconds',
    help: 'How long batches of events took until all of them were answered.',
    labels: ['kind'],
    buckets: secondsBuckets,
  });
  return (target: EventTarget): EventTarget => {
    const { kind } = target;
    // A series that begins with its first event has no increase for it.
    for (const outcome of outcomes) deliveries(kind, outcome).inc(0);
    return {
      ...target,
      send: async (subscription, events, deadlineMs) => {
        const elapsedS = startWatch();
        let sent: readonly SendOutcome[] = [];
        try {
          sent = await target.send(subscription, events, deadlineMs);
          return sent;
        } finally {
          seconds(kind).observe(elapsedS());
          // A rejection has no outcomes, and counts for all.
          const delivered = sent.filter(({ error }) => error === null).length;
          deliveries(kind, 'delivered').inc(delivered);
          deliveries(kind, 'failed').inc(events.length - delivered);
        }
      },
    };
  };
};

const outcomes = ['delivered', 'failed'];
