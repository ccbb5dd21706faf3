import type { ActivityTarget, OperatorCommand } from './activity.ts';
import type { Keyed, KeyReused, Replayable } from './commandKey.ts';
import type { EventType } from './event.ts';
import type { AsyncResult } from './result.ts';

export type SubscriptionKind = 'webhook' | 'kafka';

/** Who wants events. It gets those that commit after it was made. */
export type Subscription = {
  readonly id: string;
  readonly kind: SubscriptionKind;
  /** The URL of an endpoint, or the topic. */
  readonly target: string;
  readonly types: readonly EventType[];
  readonly paused: boolean;
  /** Why we paused it ourselves. Null if an operator did, or if it is not paused. */
  readonly pauseReason: string | null;
  readonly createdAtMs: number;
};

/** With what the relay needs. Only it may see the secrets. */
export type RelaySubscription = Subscription & {
  /** Those that count, the newest first. Empty for Kafka. */
  readonly secrets: readonly string[];
  /** Batches that failed as a whole, one after the other. */
  readonly failures: number;
  /** When the first of them failed. Null if the last batch did not fail. */
  readonly failingSinceMs: number | null;
  /** No batch is sent before this time. */
  readonly retryAtMs: number;
};

export type CreateSubscription = {
  readonly id: string;
  readonly kind: SubscriptionKind;
  readonly target: string;
  readonly types: readonly EventType[];
  /** Null for Kafka. */
  readonly secret: string | null;
  readonly command?: OperatorCommand | undefined;
};

/** What is absent does not change. */
type SubscriptionChange = {
  readonly id: string;
  readonly target?: string;
  readonly types?: readonly EventType[];
  /**
   * `false` also forgets earlier failures: the next batch is sent at once, events that failed soon after, and their
   * attempts count from the beginning.
   */
  readonly paused?: boolean;
  /** The secret so far counts beside the new one for a day, or until the next change. */
  readonly secret?: string;
  readonly command?: OperatorCommand | undefined;
};

/**
 * When a subscription goes on, no event waits longer than this for its next attempt. Not at once: an event that is being
 * sent waits too, for the end of its lease, and would be sent twice.
 */
export const resumeWithinMs = 60_000;

/** How long the secret before the last change counts, so that a receiver can take both while it changes. */
export const secretOverlapMs = 24 * 3_600_000;

/** The secrets that sign. `secrets`: the newest first. `changedAtMs` is null if the secret never changed. */
export const countedSecrets = (
  secrets: readonly string[],
  changedAtMs: number | null,
  nowMs: number,
): readonly string[] =>
  changedAtMs !== null && nowMs - changedAtMs < secretOverlapMs ? secrets : secrets.slice(0, 1);

/** A new subscription. */
export const subscriptionOf = (
  { id, kind, target, types }: CreateSubscription,
  createdAtMs: number,
): Subscription => ({ id, kind, target, types, paused: false, pauseReason: null, createdAtMs });

/**
 * A subscription as the target of an activity. Those who may read activities see the host of an endpoint, and not its
 * whole URL.
 */
export const subscriptionTarget = ({
  id,
  kind,
  target,
}: Pick<Subscription, 'id' | 'kind' | 'target'>): ActivityTarget => ({
  target: id,
  orderId: null,
  detail: shownTarget({ kind, target }),
});

/**
 * Where events go, for those who may not change it: a topic, or the scheme and host of an endpoint. The path and the query
 * of a URL often have the secret of the receiver, so only `webhooks:write` reads them.
 */
export const shownTarget = ({ kind, target }: Pick<Subscription, 'kind' | 'target'>): string =>
  kind === 'kafka' ? target : (schemeAndHost.exec(target)?.[0] ?? '');

const schemeAndHost = /^https?:\/\/[^/?#\\@]+(?=[/?#\\]|$)/i;

export interface Subscriptions {
  /** Writes it. A subscription to Kafka is written once for each topic: a repeated call changes nothing. */
  create(command: CreateSubscription, nowMs: number): AsyncResult<Subscription>;
  /** `create`, done once under its key. With a `refusal`, a new one is refused, and a known key has its first answer. */
  createOnce<F = never>(
    command: Keyed<CreateSubscription>,
    nowMs: number,
    refusal?: F | null,
  ): AsyncResult<Replayable<Subscription>, KeyReused | F>;
  /** Oldest first, which is by id. There are few. */
  list(kind: SubscriptionKind): AsyncResult<readonly Subscription[]>;
  /** Null if there is none. */
  find(id: string): AsyncResult<Subscription | null>;
  /** Returns it as it then is. Null if there is none. */
  change(change: SubscriptionChange, nowMs: number): AsyncResult<Subscription | null>;
  /** Deletes it with its events and deliveries. Does nothing if there is none. */
  end(id: string, nowMs: number, command?: OperatorCommand): AsyncResult<void>;
}
