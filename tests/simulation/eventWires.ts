import type { EventTarget, SendOutcome } from '../../core/eventTarget.ts';
import { withTimeout } from '../../core/timer.ts';
import type { World } from '../../core/world.ts';
import type { Receivers } from './receivers.ts';
import type { Call } from './wires.ts';

/** The most time for one request to a receiver, and the most requests at a time, as those of the product. */
const requestMs = 10_000;
const parallelMax = 10;

/** The part of its lease that a run may be sent for. */
const shareOfLease = 0.8;
const runMax = 20;

/** The receivers of events as a process sees them. */
export const wireEventTargets = (
  receivers: Receivers,
  call: Call,
  world: Pick<World, 'clock' | 'timer'>,
): readonly EventTarget[] => {
  const targets = {
    webhook: wireWebhooks(receivers, call, world),
    kafka: wireBroker(receivers, call, world),
  };
  return receivers.kinds.map((kind) => targets[kind]);
};

/** Each event is one request. */
const wireWebhooks = (
  receivers: Receivers,
  call: Call,
  { clock, timer }: Pick<World, 'clock' | 'timer'>,
): EventTarget => ({
  kind: 'webhook',
  batchMax: parallelMax,
  keepsOrder: false,
  send: (subscription, events, deadlineMs) => {
    const limitMs = Math.max(Math.min(requestMs, deadlineMs - 1_000), 1);
    const atMs = clock.nowMs();
    const outcome = (
      responseStatus: number | null,
      error: string | null,
      more: Partial<SendOutcome> = {},
    ): SendOutcome => ({ error, attempt: { atMs, responseStatus, error }, ...more });
    return Promise.all(
      events.map((event) => {
        const answered = call<SendOutcome>(
          'webhook',
          'post',
          async () => {
            receivers.take(subscription.id, [event]);
            return outcome(200, null);
          },
          {
            refused: () => outcome(null, 'the receiver cannot be reached'),
            lost: () => outcome(null, 'the connection broke'),
          },
          {
            deferred: () => outcome(500, 'the receiver answered 500'),
            unwell: () => outcome(503, 'the receiver answered 503', { retryAfterMs: 20_000 }),
            rejected: () => outcome(410, 'the receiver answered 410', { isGone: true }),
          },
        );
        return withTimeout(timer, limitMs, answered, () => outcome(null, 'no answer in time'));
      }),
    );
  },
});

/** A run is one request. The broker appends its events in their order. */
const wireBroker = (receivers: Receivers, call: Call, { timer }: Pick<World, 'timer'>): EventTarget => ({
  kind: 'kafka',
  batchMax: runMax,
  keepsOrder: true,
  send: (subscription, events, leaseMs) => {
    const failed = (error: string) => events.map((): SendOutcome => ({ error }));
    const half = Math.floor(events.length / 2);
    const acknowledged = call<readonly SendOutcome[]>(
      'broker',
      'produce',
      async () => {
        receivers.take(subscription.id, events);
        return events.map(() => ({ error: null }));
      },
      { refused: () => failed('no broker is reached'), lost: () => failed('the connection broke') },
      {
        partly: () => {
          receivers.take(subscription.id, events.slice(0, half));
          return events.map((_, index) => ({ error: index < half ? null : 'too few replicas are in sync' }));
        },
      },
    );
    return withTimeout(timer, leaseMs * shareOfLease, acknowledged, () => failed('no acknowledgement'));
  },
});
