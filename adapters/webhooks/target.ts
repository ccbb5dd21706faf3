import { Buffer } from 'node:buffer';
import { Webhook } from 'standardwebhooks';
import type { EventTarget, SendOutcome } from '../../core/eventTarget.ts';
import type { LeasedEvent } from '../../core/relay.ts';
import { parseRetryAfter } from '../../core/retryAfter.ts';
import type { RelaySubscription } from '../../core/subscription.ts';
import type { World } from '../../core/world.ts';
import { type Answer, codeOf, post } from './post.ts';
import { createFindReceiver, type Receiver, type ReceiverSettings } from './receiver.ts';

/** The most time for one request, with its answer. */
const requestMs = 10_000;

/** A report must be written before the lease ends. */
const reportMs = 1_000;

/** Requests to one endpoint at the same time, by each worker. They are about different orders. */
const parallelMax = 10;

export type WebhookSettings = ReceiverSettings & {
  /** Only for tests. */
  readonly ca?: string;
};

/** Sends events to webhook endpoints, signed as Standard Webhooks (https://www.standardwebhooks.com). */
export const createWebhookTarget = (
  { clock, timer, traceparent }: Pick<World, 'clock' | 'timer' | 'traceparent'>,
  settings: WebhookSettings,
): EventTarget => {
  const findReceiver = createFindReceiver(timer, settings);

  const postEvent = async (
    receiver: Receiver,
    { secrets }: RelaySubscription,
    { id, body }: LeasedEvent,
    limitMs: number,
  ): Promise<SendOutcome> => {
    const sentAt = new Date(clock.nowMs());
    const span = traceparent();
    const cancelling = new AbortController();
    const cancel = timer.after(limitMs, () => cancelling.abort());
    const outcome = (status: number | null, error: string | null, more: Partial<SendOutcome> = {}) => ({
      error,
      attempt: { atMs: sentAt.getTime(), responseStatus: status, error },
      ...more,
    });
    try {
      const answer = await post(receiver, {
        headers: {
          'content-type': 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'Cartwright-Webhooks',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
          'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, sentAt, body)).join(' '),
          ...(span === undefined ? {} : { traceparent: span }),
        },
        body: Buffer.from(body),
        signal: cancelling.signal,
        ca: settings.ca,
      });
      return outcome(answer.status, ...judge(answer, clock.nowMs()));
    } catch (cause) {
      if (cancelling.signal.aborted) return outcome(null, `no answer within ${secondsOf(limitMs)} s`);
      const code = codeOf(cause);
      return outcome(null, `the receiver cannot be reached${code === null ? '' : ` (${code})`}`);
    } finally {
      cancel();
    }
  };

  return {
    kind: 'webhook',
    batchMax: parallelMax,
    // Requests go side by side.
    keepsOrder: false,
    send: async (subscription, events, deadlineMs) => {
      const deadline = timer.deadline(Math.max(deadlineMs - reportMs, 0));
      const found = await findReceiver(subscription.target);
      if (found.isErr()) {
        const { kind, reason } = found.error;
        const error = kind === 'url_refused' ? `the URL is refused: ${reason}` : reason;
        const attempt = { atMs: clock.nowMs(), responseStatus: null, error };
        return events.map(() => ({ error, attempt }));
      }
      const limitMs = Math.max(Math.min(requestMs, deadline.remainingMs()), 1);
      return Promise.all(events.map((event) => postEvent(found.value, subscription, event, limitMs)));
    },
  };
};

/** People read it, and what is left of a lease is no round number. */
const secondsOf = (ms: number): number => Math.ceil(ms / 100) / 10;

/** 2xx has taken the event. 410 wants no more, as Standard Webhooks say. Everything else may take it later. */
const judge = (
  { status, retryAfter }: Answer,
  nowMs: number,
): readonly [string | null, Partial<SendOutcome>?] => {
  if (status >= 200 && status < 300) return [null];
  if (status === 410) return ['the receiver answered 410: it wants no more events', { isGone: true }];
  if (status >= 300 && status < 400)
    return [`the receiver answered ${status}: redirects are not followed, so give the endpoint the new URL`];
  const retryAfterMs = parseRetryAfter(retryAfter, nowMs);
  return [`the receiver answered ${status}`, retryAfterMs === null ? {} : { retryAfterMs }];
};
