import type { OperatorCommand } from './activity.ts';
import type { NewEvent } from './event.ts';
import type { AsyncResult } from './result.ts';
import type { RelaySubscription, Subscription, SubscriptionKind } from './subscription.ts';

/** An event that the relay may send until its lease ends. */
export type LeasedEvent = Omit<NewEvent, 'type'> & {
  readonly type: string;
  /** The same in every attempt, and for every subscription. */
  readonly id: string;
  /**
   * JSON, rendered from the history up to the event. After an attempt that is logged, each later one has its bytes.
   */
  readonly body: string;
  /** Failed attempts. */
  readonly attempts: number;
  /** The fencing token: a report under an older one changes nothing. In a run it is that of the subscription. */
  readonly lease: number;
  /** For the store, which finds the event by it: a number that several events of a run share. */
  readonly batch?: number;
};

/** What became of an event that was sent. */
export type EventReport = Pick<LeasedEvent, 'subject' | 'sequence' | 'lease' | 'batch'> & {
  readonly outcome:
    | { readonly kind: 'delivered' }
    /** It is sent again at `dueAtMs`. Later events of its subject, which are there now, are not due before. */
    | { readonly kind: 'failed'; readonly dueAtMs: number }
    /** It was not sent. Another claim may take it at once, and no attempt is counted. */
    | { readonly kind: 'released' };
  /** Given for webhooks: it is written to the log of deliveries. */
  readonly attempt?: LoggedAttempt;
};

/** What was sent, and what the receiver answered. */
export type LoggedAttempt = DeliveryAttempt & Pick<LeasedEvent, 'body'>;

export type DeliveryAttempt = {
  readonly atMs: number;
  /** Null if there was no answer. */
  readonly responseStatus: number | null;
  /** Null if the event was delivered. */
  readonly error: string | null;
};

/** The state of a subscription after a batch. `pauseReason` pauses it. */
export type SubscriptionHealth = Pick<RelaySubscription, 'failures' | 'failingSinceMs' | 'retryAtMs'> & {
  readonly pauseReason: string | null;
};

/** How far a subscription is behind. */
type EventBacklog = {
  readonly subscription: Subscription;
  /** Counted up to `countedEvents`. */
  readonly events: number;
  /** True if there are more than were counted. */
  readonly isMore: boolean;
  /** When the oldest of the counted events happened. Null if there is none. */
  readonly oldestAtMs: number | null;
};

/**
 * The most events of each subscription that are counted. A count reads row by row, so this limits its time: to measure
 * how far receivers are behind must not slow down their delivery.
 */
export const countedEvents = (subscriptions: number): number =>
  Math.max(countedEachMin, Math.floor(countedMax / Math.max(1, subscriptions)));

/** Of all subscriptions together. */
const countedMax = 100_000;
const countedEachMin = 1_000;

export type ClaimEvents = {
  readonly subscriptionId: string;
  readonly limit: number;
  readonly nowMs: number;
  readonly leaseMs: number;
};

/**
 * The events that are not yet delivered to each subscription. They are written by the transaction that makes the
 * change, for each subscription that wants them. They are claimed by their state and never by an id: ids do not commit
 * in order.
 */
export interface Events {
  /**
   * The subscriptions that are not paused and may send now, each with an event that is due. With `id`, only this one is
   * read: so it is asked after each batch, because there may be a thousand others.
   */
  due(nowMs: number, id?: string): AsyncResult<readonly RelaySubscription[]>;

  /**
   * Leases up to `limit` events of a subscription, oldest first. Of each subject only the event with the lowest
   * sequence is leased, so that its events are received in their order. An expired lease can be claimed anew.
   */
  claim(query: ClaimEvents): AsyncResult<readonly LeasedEvent[]>;

  /**
   * Writes what became of leased events: delivered ones are deleted. Also writes the health of the subscription, if it
   * is given. A report under an old lease changes nothing. Returns how many reports did.
   */
  report(
    subscriptionId: string,
    reports: readonly EventReport[],
    health: SubscriptionHealth | null,
  ): AsyncResult<number>;

  /**
   * Leases a whole subscription, and returns a run of up to `limit` of its events: subjects whose first event is due, each
   * with those that follow it, in their order. Returns none while the subscription is leased or paused. Writes nothing to
   * the events, so it costs less than `claim`. For targets that keep the order of what they are sent.
   */
  claimRun(query: ClaimEvents): AsyncResult<readonly LeasedEvent[]>;

  /**
   * Writes what became of a run, as `report` does, and ends its lease. There is a report for each event of the run. The
   * attempts are not logged. Returns how many reports counted: all, or none if the run was reported before, or another one
   * was claimed since.
   */
  reportRun(
    subscriptionId: string,
    reports: readonly EventReport[],
    health: SubscriptionHealth | null,
  ): AsyncResult<number>;

  /**
   * Writes a `test` event for one subscription, whatever types it wants. Its subject is the subscription, so that earlier
   * ones come before it: one that has failed is sent within a minute.
   */
  sendTest(subscriptionId: string, nowMs: number, command?: OperatorCommand): AsyncResult<void>;

  /**
   * Deletes, of each subscription, up to `limit` events that happened before `beforeMs`. Returns how many they were.
   */
  drop(
    beforeMs: number,
    limit: number,
  ): AsyncResult<readonly { readonly subscriptionId: string; readonly events: number }[]>;

  /**
   * Of all subscriptions, or of those that are given by their id or kind, by id. Of each, `countMax` events are counted;
   * `countedEvents` if it is not given.
   */
  backlog(of?: {
    readonly id?: string;
    readonly kind?: SubscriptionKind;
    readonly countMax?: number;
  }): AsyncResult<readonly EventBacklog[]>;
}
