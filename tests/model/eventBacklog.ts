import { ok } from 'neverthrow';
import { countedEvents, type Events } from '../../core/relay.ts';
import type { Tables } from './tables.ts';

export const createBacklog =
  (tables: Tables): Events['backlog'] =>
  async (of = {}) => {
    const asked = [...tables.subscriptions.values()]
      .filter(({ id, kind }) => id === (of.id ?? id) && kind === (of.kind ?? kind))
      .sort((one, other) => (one.id < other.id ? -1 : 1));
    const max = of.countMax ?? countedEvents(asked.length);
    return ok(
      asked.map(({ id, kind, target, types, paused, pauseReason, createdAtMs }) => {
        const waiting = [...tables.outbox.values()]
          .filter(({ subscriptionId }) => subscriptionId === id)
          .sort((one, other) => one.dueAtMs - other.dueAtMs);
        const times = waiting.slice(0, max + 1).map(({ atMs }) => atMs);
        return {
          subscription: { id, kind, target, types, paused, pauseReason, createdAtMs },
          events: Math.min(waiting.length, max),
          isMore: waiting.length > max,
          oldestAtMs: times.length === 0 ? null : Math.min(...times),
        };
      }),
    );
  };
