import type { Delivery } from '../../core/delivery.ts';
import { type EventType, eventTypes } from '../../core/event.ts';
import type { UnrenderedEvent } from '../../core/eventBody.ts';
import {
  countedSecrets,
  type RelaySubscription,
  type Subscription,
  type SubscriptionKind,
} from '../../core/subscription.ts';

/** The row of a subscription, the same in both databases. */
export type SubscriptionRow = {
  readonly id: string;
  readonly kind: SubscriptionKind;
  readonly target: string;
  readonly types: readonly string[];
  readonly paused: boolean;
  readonly pause_reason: string | null;
  readonly secret: string | null;
  readonly previous_secret: string | null;
  readonly secret_changed_ms: number | null;
  readonly failures: number;
  readonly failing_since_ms: number | null;
  readonly retry_ms: number;
  readonly created_ms: number;
};

export const subscriptionFrom = (row: SubscriptionRow): Subscription => ({
  id: row.id,
  kind: row.kind,
  target: row.target,
  types: row.types.filter(isEventType),
  paused: row.paused,
  pauseReason: row.pause_reason,
  createdAtMs: row.created_ms,
});

export const relaySubscriptionFrom = (row: SubscriptionRow, nowMs: number): RelaySubscription => ({
  ...subscriptionFrom(row),
  secrets: countedSecrets(
    [row.secret, row.previous_secret].filter((secret) => secret !== null),
    row.secret_changed_ms,
    nowMs,
  ),
  failures: row.failures,
  failingSinceMs: row.failing_since_ms,
  retryAtMs: row.retry_ms,
});

const isEventType = (type: string): type is EventType => eventTypes.some((known) => known === type);

/** A row of `event`. */
export type EventRow = UnrenderedEvent & {
  readonly body: string | null;
  readonly attempts: number;
  readonly lease: number;
  /** On PostgreSQL: the row of `event_batch` that it stands in, if it has none of its own. */
  readonly batch?: number;
};

/**
 * An event that waits for longer than this after it happened is in the index `event_deferred`. All others are found by
 * when they are due.
 */
export const deferredMs = 3_600_000;

/** A count that has read one row more than `max`, if there are more. */
export const cutCount = (counted: number, max: number) => ({
  events: Math.min(counted, max),
  isMore: counted > max,
});

export type DeliveryRow = {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
  readonly event_ms: number;
  readonly attempts: number;
  readonly delivered_ms: number | null;
  readonly attempt_ms: number;
  readonly response_status: number | null;
  readonly error: string | null;
};

export const deliveryFrom = (row: DeliveryRow): Delivery => ({
  id: row.id,
  type: row.type,
  subject: row.subject,
  sequence: row.sequence,
  eventAtMs: row.event_ms,
  attempts: row.attempts,
  deliveredAtMs: row.delivered_ms,
  lastAttempt: { atMs: row.attempt_ms, responseStatus: row.response_status, error: row.error },
});

/** More than these are not counted. */
export const topicEventsMax = 100_000;

/** A topic of Kafka, and how many events wait for it. One more than the most that are counted means more. */
export type SubscribedTopic = { readonly topic: string; readonly events: number };

/** The same in both databases, but for the events that stand in batches. */
export const subscribedTopics = (batched = '0') => `
  select target as topic, (
    select count(*) from (
      select 1 from event where subscription_id = subscription.id limit ${topicEventsMax + 1}
    ) as waiting
  ) + ${batched} as events
  from subscription where kind = 'kafka' order by id`;
