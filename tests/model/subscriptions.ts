import { err, ok } from 'neverthrow';
import { deferredMs } from '../../adapters/stored/subscription.ts';
import {
  type CreateSubscription,
  type RelaySubscription,
  resumeWithinMs,
  type Subscription,
  type Subscriptions,
  subscriptionOf,
  subscriptionTarget,
} from '../../core/subscription.ts';
import { writeActivity } from './activity.ts';
import { runOnce } from './commandKeys.ts';
import { runTransaction, type Tables, type Writes } from './tables.ts';

export const createSubscriptions = (tables: Tables): Subscriptions => ({
  create: async (command, nowMs) => ok(runTransaction((writes) => insert(tables, writes, command, nowMs))),

  createOnce: async ({ commandKey, ...command }, nowMs, refusal = null) =>
    runTransaction((writes) =>
      runOnce(tables, writes, commandKey, nowMs, () =>
        refusal === null ? ok(insert(tables, writes, command, nowMs)) : err(refusal),
      ),
    ),

  list: async (kind) =>
    ok(
      [...tables.subscriptions.values()]
        .filter((row) => row.kind === kind)
        .sort((one, other) => (one.id < other.id ? -1 : 1))
        .map(shown),
    ),

  find: async (id) => {
    const row = tables.subscriptions.get(id);
    return ok(row === undefined ? null : shown(row));
  },

  change: async ({ id, target, types, paused, secret, command }, nowMs) => {
    const row = tables.subscriptions.get(id);
    if (row === undefined) return ok(null);
    const changed = {
      ...row,
      target: target ?? row.target,
      types: types ?? row.types,
      ...(paused !== undefined && { paused, pauseReason: null }),
      ...(paused === false && { failures: 0, failingSinceMs: null, retryAtMs: 0 }),
      ...(secret !== undefined && {
        secrets: [secret, ...row.secrets.slice(0, 1)],
        secretChangedAtMs: nowMs,
      }),
    };
    runTransaction((writes) => {
      writes.set(tables.subscriptions, id, changed);
      for (const [key, event] of paused === false ? tables.outbox : []) {
        const isLater = event.dueAtMs > nowMs + resumeWithinMs;
        if (event.subscriptionId !== id || !(isLater || event.dueAtMs > event.atMs + deferredMs)) continue;
        const dueAtMs = Math.min(event.dueAtMs, nowMs + resumeWithinMs);
        writes.set(tables.outbox, key, { ...event, dueAtMs, attempts: 0 });
      }
      writeActivity(tables, writes, command, 'webhook.change', [subscriptionTarget(changed)], nowMs);
    });
    return ok(shown(changed));
  },

  end: async (id, nowMs, command) => {
    const row = tables.subscriptions.get(id);
    if (row === undefined) return ok(undefined);
    runTransaction((writes) => {
      writes.remove(tables.subscriptions, id);
      for (const table of [tables.outbox, tables.deliveries] as Map<string, { subscriptionId: string }>[])
        for (const [key, each] of table) if (each.subscriptionId === id) writes.remove(table, key);
      writeActivity(tables, writes, command, 'webhook.end', [subscriptionTarget(row)], nowMs);
    });
    return ok(undefined);
  },
});

const shown = ({
  id,
  kind,
  target,
  types,
  paused,
  pauseReason,
  createdAtMs,
}: RelaySubscription): Subscription => ({
  ...{ id, kind, target, types, paused, pauseReason, createdAtMs },
});

const insert = (tables: Tables, writes: Writes, command: CreateSubscription, nowMs: number): Subscription => {
  const { kind, target, secret } = command;
  const known = [...tables.subscriptions.values()].find((row) => row.kind === kind && row.target === target);
  if (kind === 'kafka' && known !== undefined) return shown(known);
  const subscription = subscriptionOf(command, nowMs);
  const secrets = secret === null ? [] : [secret];
  const relay = {
    ...{ secrets, secretChangedAtMs: null, failures: 0, failingSinceMs: null, retryAtMs: 0 },
    ...{ lease: 0, leaseUntilMs: 0 },
  };
  writes.set(tables.subscriptions, command.id, { ...subscription, ...relay });
  writeActivity(tables, writes, command.command, 'webhook.create', [subscriptionTarget(command)], nowMs);
  return subscription;
};
