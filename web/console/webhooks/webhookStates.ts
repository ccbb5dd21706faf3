import type { Tone } from '../../parts/Status.tsx';
import { orderPath } from '../orders/addresses.ts';
import type { Delivery, Endpoint } from './webhookApi.ts';

/** Events come and are taken while a page is seen. */
export const askAgainMs = 5_000;

export type EndpointState = 'sending' | 'behind' | 'paused' | 'stopped';

/** The first retry of an event comes much sooner, so what waits this long has failed more than once. */
const behindAfterMs = 60_000;

/** `stopped`: the shop has paused it by itself, because its receiver took nothing. */
export const stateOfEndpoint = (
  { paused, pauseReason, backlog: { oldestAt } }: Endpoint,
  nowMs: number,
): EndpointState => {
  if (paused) return pauseReason === null ? 'paused' : 'stopped';
  return oldestAt !== null && nowMs - Date.parse(oldestAt) > behindAfterMs ? 'behind' : 'sending';
};

export const endpointTones: Readonly<Record<EndpointState, Tone>> = {
  sending: 'good',
  behind: 'warn',
  paused: 'calm',
  stopped: 'bad',
};

export type DeliveryState = 'delivered' | 'failed' | 'repeat_failed';

/** `repeat_failed`: it was delivered once, then sent again by hand, and that was not taken. */
export const stateOfDelivery = ({ outcome, error }: Delivery): DeliveryState => {
  if (outcome === 'failed') return 'failed';
  return error === null ? 'delivered' : 'repeat_failed';
};

export const deliveryTones: Readonly<Record<DeliveryState, Tone>> = {
  delivered: 'good',
  failed: 'bad',
  repeat_failed: 'warn',
};

/** Where the console shows what an event is about. It has no page for a checkout, and none for a test. */
export const subjectPath = ({ type, subject }: Pick<Delivery, 'type' | 'subject'>): string | null =>
  /^(?:order|refund|payment)\./.test(type) ? orderPath(subject) : null;

/** An event that somebody has just sent, with how often it had been tried before. */
export type SentEvent = {
  readonly kind: 'test' | 'resend';
  readonly id: string;
  readonly attemptsBefore: number;
  /** The list that it is looked for in shows what failed alone. */
  readonly isAmongFailed: boolean;
};

/** What has come of it, by a list of deliveries. Null: it was not tried yet. */
export const outcomeOfSent = (
  { id, attemptsBefore, isAmongFailed }: SentEvent,
  deliveries: readonly Delivery[],
): { readonly isTaken: boolean; readonly delivery: Delivery | null } | null => {
  const delivery = deliveries.find((each) => each.id === id);
  if (delivery === undefined) return isAmongFailed ? { isTaken: true, delivery: null } : null;
  return delivery.attempts > attemptsBefore ? { isTaken: delivery.error === null, delivery } : null;
};
