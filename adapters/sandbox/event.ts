import type { World } from '../../core/world.ts';
import type { SandboxDispute } from './dispute.ts';
import type { Intent } from './intent.ts';
import { disputeObject, intentObject, refundObject } from './objects.ts';
import type { SandboxRecord } from './records.ts';
import type { Refund } from './refund.ts';

/** An event that the sandbox sends until the receiver accepts it. */
export type SandboxEvent = {
  readonly id: string;
  readonly type: string;
  readonly object: unknown;
  readonly createdAtMs: number;
  /** How often it was sent so far. */
  readonly attempts: number;
};

/**
 * Which events are sent. `all` is what Stripe does. `deferred` sends only events about results that no caller
 * learnt at once: a passed or failed challenge, a charge whose response was lost, a refund that was decided
 * later, a refund that the shop did not request, a dispute.
 */
export type EventSelection = 'all' | 'deferred' | 'none';

export type EventNotice = { readonly type: string; readonly object: unknown };

/** Null if Stripe has no event for this state. */
export const intentNotice = (intent: Intent): EventNotice | null => {
  const type = intentTypes[intent.status];
  if (intent.status === 'requires_payment_method' && intent.error === null) return null;
  return { type: `payment_intent.${type}`, object: intentObject(intent) };
};

const intentTypes: Readonly<Record<Intent['status'], string>> = {
  succeeded: 'succeeded',
  requires_action: 'requires_action',
  requires_payment_method: 'payment_failed',
  canceled: 'canceled',
};

export const refundNotice = (refund: Refund, change: 'created' | 'updated' | 'failed'): EventNotice => ({
  type: `refund.${change}`,
  object: refundObject(refund),
});

export const disputeNotice = (dispute: SandboxDispute, change: 'created' | 'closed'): EventNotice => ({
  type: `charge.dispute.${change}`,
  object: disputeObject(dispute),
});

export const eventRecord = ({ type, object }: EventNotice, world: World, afterMs: number): SandboxRecord => {
  const nowMs = world.clock.nowMs();
  const id = `evt_${world.ids.next(nowMs).replaceAll('-', '')}`;
  return recordOfEvent({ id, type, object, createdAtMs: nowMs, attempts: 0 }, 1, nowMs + afterMs);
};

export const recordOfEvent = (
  event: SandboxEvent,
  version: number,
  dueAtMs: number | null,
): SandboxRecord => ({
  id: event.id,
  key: `event:${event.id}`,
  version,
  dueAtMs,
  body: JSON.stringify(event),
});

export const eventOfRecord = ({ body }: SandboxRecord): SandboxEvent => JSON.parse(body);

/** The event as Stripe's JSON. */
export const eventObject = ({ id, type, object, createdAtMs }: SandboxEvent) => ({
  id,
  object: 'event',
  api_version: null,
  created: Math.floor(createdAtMs / 1000),
  data: { object },
  livemode: false,
  pending_webhooks: 1,
  type,
});
