import { ok } from 'neverthrow';
import { type Deliveries, outcomeOf } from '../../core/delivery.ts';
import { pageOf } from '../../core/page.ts';
import { writeActivity } from './activity.ts';
import { followersOf, outboxKey } from './events.ts';
import { runTransaction, type Tables } from './tables.ts';

export const createDeliveries = (tables: Tables): Deliveries => ({
  list: async ({ subscriptionId, outcome, after, limit }) => {
    const rows = [...tables.deliveries.values()]
      .filter((row) => row.subscriptionId === subscriptionId && (after === null || row.id < after))
      .filter((row) => outcome === null || outcomeOf(row) === outcome)
      .sort((one, other) => (one.id < other.id ? 1 : -1))
      .map(({ subscriptionId: _, body: __, kind: ___, ...delivery }) => delivery);
    return ok(pageOf(rows, limit, ({ id }) => id));
  },
  resend: async ({ subscriptionId, id }, nowMs, command) => {
    const row = tables.deliveries.get(`${subscriptionId} ${id}`);
    if (row === undefined) return ok(false);
    runTransaction((writes) => {
      const { kind, subject, sequence, type, eventAtMs, body } = row;
      const key = outboxKey(subscriptionId, row);
      const known = tables.outbox.get(key);
      writes.set(tables.outbox, key, {
        ...{
          subscriptionId,
          kind,
          subject,
          sequence,
          type,
          atMs: eventAtMs,
          quantity: null,
          amount: null,
          body,
        },
        ...{ lease: 0, ...known, attempts: 0, dueAtMs: Math.min(known?.dueAtMs ?? nowMs, nowMs) },
      });
      for (const each of followersOf(tables, row))
        if (each.attempts === 0)
          writes.set(tables.outbox, outboxKey(subscriptionId, each), { ...each, dueAtMs: each.atMs });
      const target = { target: subscriptionId, orderId: null, detail: id };
      writeActivity(tables, writes, command, 'webhook.resend', [target], nowMs);
    });
    return ok(true);
  },
  drop: async (beforeMs, limit) => {
    const old = [...tables.deliveries].filter(([, { eventAtMs }]) => eventAtMs < beforeMs).slice(0, limit);
    for (const [key] of old) tables.deliveries.delete(key);
    return ok(old.length);
  },
});
