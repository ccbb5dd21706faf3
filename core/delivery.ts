import type { OperatorCommand } from './activity.ts';
import type { Page } from './page.ts';
import type { DeliveryAttempt } from './relay.ts';
import type { AsyncResult } from './result.ts';

/** An event that was sent to a webhook endpoint, with its last attempt. */
export type Delivery = {
  /** The id of the event. */
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
  /** When the event happened. */
  readonly eventAtMs: number;
  readonly attempts: number;
  /** Null until it is delivered. */
  readonly deliveredAtMs: number | null;
  readonly lastAttempt: DeliveryAttempt;
};

export const deliveryOutcomes = ['delivered', 'failed'] as const;
/** `failed`: it was not yet delivered. */
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

export const outcomeOf = ({ deliveredAtMs }: Pick<Delivery, 'deliveredAtMs'>): DeliveryOutcome =>
  deliveredAtMs === null ? 'failed' : 'delivered';

/** What was sent to webhook endpoints. It is written with the reports of the relay, and kept for `KEEP_DELIVERIES_DAYS`. */
export interface Deliveries {
  /** Newest first, which is by the id of the event. */
  list(query: {
    readonly subscriptionId: string;
    /** Null for both. */
    readonly outcome: DeliveryOutcome | null;
    readonly after: string | null;
    /** 1 to 100. */
    readonly limit: number;
  }): AsyncResult<Page<Delivery, string>>;
  /**
   * The event is due now, under its id and with the same body, and its attempts count from the beginning. False if there
   * is no such delivery.
   */
  resend(
    delivery: { readonly subscriptionId: string; readonly id: string },
    nowMs: number,
    command?: OperatorCommand,
  ): AsyncResult<boolean>;

  /** Deletes up to `limit` deliveries of events that happened before `beforeMs`. Returns how many it deleted. */
  drop(beforeMs: number, limit: number): AsyncResult<number>;
}
