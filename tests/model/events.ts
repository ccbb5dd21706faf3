import { ok } from 'neverthrow';
import {
  checkoutEvent,
  eventId,
  lateRefundEvent,
  type NewEvent,
  orderEvents,
  testEventType,
} from '../../core/event.ts';
import { renderEvent } from '../../core/eventBody.ts';
import type { OrderState } from '../../core/order.ts';
import type { Refund } from '../../core/refund.ts';
import type { EventReport, Events, LeasedEvent, SubscriptionHealth } from '../../core/relay.ts';
import type { RelaySubscription } from '../../core/subscription.ts';
import { countedSecrets, resumeWithinMs, subscriptionTarget } from '../../core/subscription.ts';
import { writeActivity } from './activity.ts';
import { findCheckout } from './checkout.ts';
import { createBacklog } from './eventBacklog.ts';
import {
  type OutboxRow,
  rowOf,
  runTransaction,
  type SubscriptionRow,
  type Tables,
  type Writes,
} from './tables.ts';

/** The key of a row in the outbox. */
export const outboxKey = (
  subscriptionId: string,
  { subject, sequence }: Pick<NewEvent, 'subject' | 'sequence'>,
): string => `${subscriptionId} ${subject} ${sequence}`;

const writeEvents = (tables: Tables, writes: Writes, events: readonly NewEvent[]): void => {
  for (const event of events)
    for (const { id, types } of tables.subscriptions.values()) {
      const key = outboxKey(id, event);
      if (!types.includes(event.type) || tables.outbox.has(key)) continue;
      const order = event.kind === 'order' ? rowOf(tables.orders, event.subject).order : null;
      writes.set(tables.outbox, key, {
        ...{ ...event, subscriptionId: id, quantity: order?.quantity ?? null },
        amount: order?.total.amount ?? null,
        ...{ body: null, attempts: 0, lease: 0, dueAtMs: event.atMs },
      });
    }
};

/** The events of a new row in the history of an order. */
export const writeHistoryEvents = (
  tables: Tables,
  writes: Writes,
  orderId: string,
  row: OrderState,
): void => {
  const { checkoutId } = rowOf(tables.orders, orderId).order;
  const paid = checkoutId === null ? undefined : tables.payments.get(checkoutId);
  const settled = paid === undefined ? null : checkoutEvent({ ...paid.payment, attempt: paid.attempt }, row);
  writeEvents(tables, writes, [...orderEvents(orderId, row), ...(settled === null ? [] : [settled])]);
};

/** The event of a refund of a late charge. */
export const writeRefundEvents = (
  tables: Tables,
  writes: Writes,
  { orderId, paymentId, origin }: Refund,
  status: Refund['status'],
  nowMs: number,
): void => {
  if (orderId !== null || paymentId === null || status === 'requested') return;
  if (origin !== 'operator' && origin !== 'system') return;
  const { payment, attempt } = rowOf(tables.payments, paymentId);
  writeEvents(tables, writes, [lateRefundEvent({ id: payment.id, attempt }, status, nowMs)]);
};

export const createEvents = (tables: Tables): Events => ({
  due: async (nowMs, only) =>
    ok(
      byId(
        [...tables.subscriptions.values()].filter(
          (each) => each.id === (only ?? each.id) && isDue(tables, each, nowMs),
        ),
      ).map(({ secretChangedAtMs, lease: _, leaseUntilMs: __, ...each }) => ({
        ...each,
        secrets: countedSecrets(each.secrets, secretChangedAtMs, nowMs),
      })),
    ),

  claim: async ({ subscriptionId, limit, nowMs, leaseMs }) => {
    const rows = [...tables.outbox.values()].filter((row) => row.subscriptionId === subscriptionId);
    const ready = rows
      .filter((row) => row.dueAtMs <= nowMs)
      .filter((row) => !rows.some((other) => other.subject === row.subject && other.sequence < row.sequence))
      .sort((one, other) => one.dueAtMs - other.dueAtMs)
      .slice(0, limit);
    return ok(
      runTransaction((writes) =>
        ready.map((row): LeasedEvent => {
          const lease = row.lease + 1;
          writes.set(tables.outbox, outboxKey(subscriptionId, row), {
            ...row,
            lease,
            dueAtMs: nowMs + leaseMs,
          });
          return leasedFrom(tables, row, lease);
        }),
      ),
    );
  },

  claimRun: async ({ subscriptionId, limit, nowMs, leaseMs }) => {
    const subscription = tables.subscriptions.get(subscriptionId);
    if (subscription === undefined || subscription.paused || subscription.leaseUntilMs > nowMs) return ok([]);
    const rows = [...tables.outbox.values()]
      .filter((row) => row.subscriptionId === subscriptionId)
      .sort((one, other) => one.sequence - other.sequence);
    const subjects = Map.groupBy(rows, ({ subject }) => subject);
    const run = [...subjects.values()]
      .filter(([first]) => first !== undefined && first.dueAtMs <= nowMs)
      .sort(([one], [other]) => (one?.dueAtMs ?? 0) - (other?.dueAtMs ?? 0))
      .flat()
      .slice(0, limit);
    const lease = subscription.lease + 1;
    const leaseUntilMs = run.length === 0 ? 0 : nowMs + leaseMs;
    runTransaction((writes) =>
      writes.set(tables.subscriptions, subscriptionId, { ...subscription, lease, leaseUntilMs }),
    );
    return ok(run.map((row) => leasedFrom(tables, row, lease)));
  },

  reportRun: async (subscriptionId, reports, health) => {
    const subscription = tables.subscriptions.get(subscriptionId);
    if (subscription === undefined || subscription.lease !== reports[0]?.lease) return ok(0);
    if (subscription.leaseUntilMs === 0) return ok(0);
    runTransaction((writes) => {
      writes.set(tables.subscriptions, subscriptionId, {
        ...withHealth(subscription, health),
        leaseUntilMs: 0,
      });
      for (const { subject, sequence, outcome } of reports) {
        const key = outboxKey(subscriptionId, { subject, sequence });
        const row = tables.outbox.get(key);
        if (row === undefined) continue;
        if (outcome.kind === 'delivered') writes.remove(tables.outbox, key);
        else if (outcome.kind === 'failed')
          writes.set(tables.outbox, key, { ...row, attempts: row.attempts + 1, dueAtMs: outcome.dueAtMs });
      }
    });
    return ok(reports.length);
  },

  report: async (subscriptionId, reports, health) =>
    ok(
      runTransaction((writes) => {
        const applied = reports.filter((report) => writeReport(tables, writes, subscriptionId, report));
        const subscription = tables.subscriptions.get(subscriptionId);
        if (subscription !== undefined)
          writes.set(tables.subscriptions, subscriptionId, withHealth(subscription, health));
        return applied.length;
      }),
    ),

  sendTest: async (id, nowMs, command) => {
    const subscription = tables.subscriptions.get(id);
    if (subscription === undefined) return ok(undefined);
    runTransaction((writes) => {
      const event = { kind: 'test', subject: id, sequence: nowMs, type: testEventType, atMs: nowMs } as const;
      for (const [key, earlier] of tables.outbox)
        if (earlier.subscriptionId === id && earlier.subject === id) {
          const dueAtMs = Math.min(earlier.dueAtMs, nowMs + resumeWithinMs);
          writes.set(tables.outbox, key, { ...earlier, dueAtMs, attempts: 0 });
        }
      writes.set(tables.outbox, outboxKey(id, event), {
        ...{ ...event, subscriptionId: id, quantity: null, amount: null, body: null },
        ...{ attempts: 0, lease: 0, dueAtMs: nowMs },
      });
      writeActivity(tables, writes, command, 'webhook.test', [subscriptionTarget(subscription)], nowMs);
    });
    return ok(undefined);
  },

  drop: async (beforeMs, limit) => {
    return ok(
      byId([...tables.subscriptions.values()]).flatMap(({ id }) => {
        const old = [...tables.outbox]
          .filter(([, { subscriptionId, atMs }]) => subscriptionId === id && atMs < beforeMs)
          .slice(0, limit);
        for (const [key] of old) tables.outbox.delete(key);
        return old.length === 0 ? [] : [{ subscriptionId: id, events: old.length }];
      }),
    );
  },

  backlog: createBacklog(tables),
});

const leasedFrom = (tables: Tables, row: OutboxRow, lease: number): LeasedEvent => {
  const { kind, subject, sequence, type, atMs, attempts } = row;
  const body = row.body ?? renderEvent(row, subjectsOf(tables, row));
  return { kind, subject, sequence, type, atMs, attempts, id: eventId(row), body, lease };
};

const withHealth = (row: SubscriptionRow, health: SubscriptionHealth | null): SubscriptionRow =>
  health === null
    ? row
    : {
        ...{ ...row, ...health, paused: row.paused || health.pauseReason !== null },
        pauseReason: health.pauseReason ?? row.pauseReason,
      };

const byId = <Row extends RelaySubscription>(rows: Row[]): readonly Row[] =>
  rows.sort((one, other) => (one.id < other.id ? -1 : 1));

const isDue = (
  tables: Tables,
  { id, paused, retryAtMs, leaseUntilMs }: SubscriptionRow,
  nowMs: number,
): boolean =>
  !paused &&
  retryAtMs <= nowMs &&
  leaseUntilMs <= nowMs &&
  [...tables.outbox.values()].some((row) => row.subscriptionId === id && row.dueAtMs <= nowMs);

const subjectsOf = (tables: Tables, { kind, subject }: OutboxRow) => {
  const order = kind === 'order' ? tables.orders.get(subject)?.order : undefined;
  const history = (tables.histories.get(subject) ?? []).map((row) => ({ ...row, detail: null }));
  const checkout = kind === 'checkout' ? findCheckout(tables, subject) : null;
  return {
    orders: new Map(order === undefined ? [] : [[subject, { order, history }]]),
    checkouts: new Map(checkout === null ? [] : [[subject, checkout]]),
  };
};

/** The later events of the same subject, for the same subscription. */
export const followersOf = (
  tables: Tables,
  { subscriptionId, subject, sequence }: Pick<OutboxRow, 'subscriptionId' | 'subject' | 'sequence'>,
): readonly OutboxRow[] =>
  [...tables.outbox.values()].filter(
    (other) =>
      other.subscriptionId === subscriptionId && other.subject === subject && other.sequence > sequence,
  );

const writeReport = (
  tables: Tables,
  writes: Writes,
  subscriptionId: string,
  { subject, sequence, lease, outcome, attempt }: EventReport,
): boolean => {
  const key = outboxKey(subscriptionId, { subject, sequence });
  const row = tables.outbox.get(key);
  if (row === undefined || row.lease !== lease) return false;
  if (attempt !== undefined) {
    const id = eventId(row);
    const known = tables.deliveries.get(`${subscriptionId} ${id}`);
    const { kind, type, atMs: eventAtMs } = row;
    const { body, ...lastAttempt } = attempt;
    writes.set(tables.deliveries, `${subscriptionId} ${id}`, {
      ...{ subscriptionId, id, kind, type, subject, sequence, eventAtMs, body: known?.body ?? body },
      attempts: (known?.attempts ?? row.attempts) + 1,
      deliveredAtMs: outcome.kind === 'delivered' ? attempt.atMs : (known?.deliveredAtMs ?? null),
      lastAttempt,
    });
  }
  if (outcome.kind === 'delivered') writes.remove(tables.outbox, key);
  else {
    const failed = outcome.kind === 'failed';
    const attempts = row.attempts + Number(failed);
    writes.set(tables.outbox, key, {
      ...row,
      body: row.body ?? attempt?.body ?? null,
      attempts,
      lease: lease + 1,
      dueAtMs: failed ? outcome.dueAtMs : row.atMs,
    });
    const dueAtMs = outcome.kind === 'failed' ? outcome.dueAtMs : 0;
    for (const each of followersOf(tables, row))
      if (each.dueAtMs < dueAtMs)
        writes.set(tables.outbox, outboxKey(subscriptionId, each), { ...each, dueAtMs });
  }
  return true;
};
