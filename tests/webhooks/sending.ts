import { Buffer } from 'node:buffer';
import { createWebhookTarget, type WebhookSettings } from '../../adapters/webhooks/target.ts';
import type { SendOutcome } from '../../core/eventTarget.ts';
import type { LeasedEvent } from '../../core/relay.ts';
import type { RelaySubscription } from '../../core/subscription.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

export const secretOf = (fill: number): string => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;

export const leasedEvent: LeasedEvent = {
  kind: 'order',
  subject: '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01',
  sequence: 2,
  type: 'order.placed',
  atMs: 1,
  id: '01980a4e-7c1b-7002-8a5e-3f1c9b2d4e01',
  body: '{"id":"01980a4e-7c1b-7002-8a5e-3f1c9b2d4e01","name":"Áo thun"}',
  attempts: 0,
  lease: 1,
};

export const endpointTo = (target: string, changes: Partial<RelaySubscription> = {}): RelaySubscription => ({
  id: '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e99',
  kind: 'webhook',
  target,
  types: ['order.placed'],
  paused: false,
  pauseReason: null,
  createdAtMs: 0,
  secrets: [secretOf(1)],
  failures: 0,
  failingSinceMs: null,
  retryAtMs: 0,
  ...changes,
});

/** A target on the real clock, because the official library refuses old signatures. A test moves its timer. */
export const createSender = (settings: Partial<WebhookSettings> = {}, nowMs = Date.now()) => {
  const world = createTestWorld(nowMs, 1);
  const timer = createManualTimer(world);
  const target = createWebhookTarget({ ...world, timer }, { allowPrivate: true, ...settings });
  const sendTo = async (
    to: string | RelaySubscription,
    event: LeasedEvent = leasedEvent,
    deadlineMs = 30_000,
  ): Promise<SendOutcome | undefined> =>
    (await target.send(typeof to === 'string' ? endpointTo(to) : to, [event], deadlineMs))[0];
  return { world, timer, target, sendTo };
};
