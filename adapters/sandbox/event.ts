import type { World } from '../../core/world.ts';
import type { Intent } from './intent.ts';
import { intentObject, refundObject } from './objects.ts';
import type { SandboxRecord } from './records.ts';
import type { Refund } from './refund.ts';

/** What the simulator tells by itself, until it is heard. */
export type SimulatedEvent = {
  readonly id: string;
  readonly type: string;
  readonly object: unknown;
  readonly createdAtMs: number;
  /** How often it was sent. */
  readonly sent: number;
};

/**
 * Which events are told. `all` is what Stripe does. `deferred` are those that tell what no caller was told at
 * once: a challenge that was met, a charge whose answer was lost, a refund that was decided later.
 */
export type EventPayload = 'all' | 'deferred' | 'none';

export type EventNotice = { readonly type: string; readonly object: unknown };

/** Null where Stripe has no word for what happened. */
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

export const refundNotice = (refund: Refund, what: 'created' | 'updated' | 'failed'): EventNotice => ({
  type: `refund.${what}`,
  object: refundObject(refund),
});

export const eventRecord = ({ type, object }: EventNotice, world: World, afterMs: number): SandboxRecord => {
  const nowMs = world.clock.nowMs();
  const id = `evt_${world.ids.next(nowMs).replaceAll('-', '')}`;
  return recordOfEvent({ id, type, object, createdAtMs: nowMs, sent: 0 }, 1, nowMs + afterMs);
};

export const recordOfEvent = (
  event: SimulatedEvent,
  version: number,
  dueAtMs: number | null,
): SandboxRecord => ({
  id: event.id,
  key: `event:${event.id}`,
  version,
  dueAtMs,
  body: JSON.stringify(event),
});

export const eventOfRecord = ({ body }: SandboxRecord): SimulatedEvent => JSON.parse(body);

/** As it goes over the wire. */
export const eventObject = ({ id, type, object, createdAtMs }: SimulatedEvent) => ({
  id,
  object: 'event',
  api_version: null,
  created: Math.floor(createdAtMs / 1000),
  data: { object },
  livemode: false,
  pending_webhooks: 1,
  type,
});
