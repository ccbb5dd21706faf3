import { err } from 'neverthrow';
import type { Log } from '../core/log.ts';
import type { Retention } from '../core/retention.ts';
import type { Store } from '../core/store.ts';
import type { World } from '../core/world.ts';
import type { Poll } from './loop.ts';

type EventDropPorts = {
  readonly store: Pick<Store, 'events' | 'deliveries'>;
  readonly world: Pick<World, 'clock'>;
  readonly log: Pick<Log, 'warn'>;
};

const dayMs = 24 * 3_600_000;
const defaultRetention = { events: 30 * dayMs, deliveries: 30 * dayMs };
const dropMax = 1_000;
const dropEveryMs = 60_000;
/** A paused endpoint whose old events are dropped each minute has a line of the log each hour. */
const logEveryMs = 3_600_000;

/**
 * Drops the old log of deliveries, and the events that nobody has taken for so long. A part at a time, so that no statement
 * takes long, however much there is. The log says how many events were dropped, once all of them are.
 */
export const createEventDrops = (
  { store: { events, deliveries }, world, log }: EventDropPorts,
  kept: Pick<Retention, 'events' | 'deliveries'> = defaultRetention,
): {
  readonly poll: Poll;
  /** Logs now what was not yet logged. */
  logDropped(): void;
} => {
  const unlogged = new Map<string, number>();
  let loggedAtMs = Number.NEGATIVE_INFINITY;

  const logDropped = (): void => {
    for (const [subscription, count] of unlogged)
      log.warn(`dropped events that nobody has taken for ${kept.events / dayMs} days`, {
        subscription,
        events: count,
      });
    unlogged.clear();
  };

  return {
    logDropped,
    poll: async () => {
      const nowMs = world.clock.nowMs();
      const logged = await deliveries.drop(nowMs - kept.deliveries, dropMax);
      if (logged.isErr()) return err(logged.error);
      return (await events.drop(nowMs - kept.events, dropMax)).map((dropped) => {
        for (const { subscriptionId, events: count } of dropped)
          unlogged.set(subscriptionId, (unlogged.get(subscriptionId) ?? 0) + count);
        if (logged.value === dropMax || dropped.some(({ events: count }) => count >= dropMax)) return 0;
        if (unlogged.size > 0 && nowMs - loggedAtMs >= logEveryMs) {
          logDropped();
          loggedAtMs = nowMs;
        }
        return dropEveryMs;
      });
    },
  };
};
