import { Webhook } from 'standardwebhooks';
import type { StepService } from '../../core/pipelines/pipeline.ts';
import type { ServiceOutcome, StepServices } from '../../core/stepService.ts';
import { withTimeout } from '../../core/timer.ts';
import type { World } from '../../core/world.ts';
import { readOutcome } from './response.ts';

export type StepServiceSettings = {
  /** The services that have a URL. Each request is a POST to it. */
  readonly urls: Readonly<Partial<Record<StepService, string>>>;
  /** `whsec_` and base64. */
  readonly secret: string;
};

/** The most time for one call, with its answer, ms. */
export const callTimeoutMs = 10_000;

/** Step services over HTTP. Their requests are signed as Standard Webhooks (https://www.standardwebhooks.com). */
export const createStepServices = (
  { clock, timer, traceparent }: Pick<World, 'clock' | 'timer' | 'traceparent'>,
  { urls, secret }: StepServiceSettings,
): StepServices => {
  const webhook = new Webhook(secret);
  const urlOf = new Map(Object.entries(urls));

  const post = async (url: string, key: string, body: string, signal: AbortSignal): Promise<Response> => {
    const sentAt = new Date(clock.nowMs());
    const span = traceparent();
    return fetch(url, {
      method: 'POST',
      // A redirect would carry the request and its signature to another host.
      redirect: 'manual',
      // A service that says more than it was asked would answer the next request on the connection: another checkout.
      keepalive: false,
      signal,
      headers: {
        'content-type': 'application/json',
        'accept-encoding': 'identity',
        connection: 'close',
        'idempotency-key': key,
        'webhook-id': key,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
        'webhook-signature': webhook.sign(key, sentAt, body),
        ...(span === undefined ? {} : { traceparent: span }),
      },
      body,
    });
  };

  return {
    available: Object.keys(urls).filter((name): name is StepService => urlOf.has(name)),
    call: async ({ service, key, body }) => {
      const label = labelOf(service);
      const url = urlOf.get(service);
      if (url === undefined) return unavailable(`${label} has no URL`);
      const cancelling = new AbortController();
      const answered = post(url, key, body, cancelling.signal).then((response) =>
        readOutcome(response, label, clock.nowMs()),
      );
      try {
        return await withTimeout(timer, callTimeoutMs, answered, () => {
          cancelling.abort();
          return unavailable(`${label} did not answer within ${callTimeoutMs / 1_000} s`);
        });
      } catch (cause) {
        return unavailable(`${label} cannot be reached${codeOf(cause)}`);
      }
    },
  };
};

const labelOf = (service: StepService): string => `the ${service.replace('_', ' ')}`;

const unavailable = (reason: string): ServiceOutcome => ({ kind: 'unavailable', reason, retryAfterMs: null });

/** Messages differ between runtimes and may contain the URL. A code does neither. */
const codeOf = (cause: unknown): string => {
  const errors = cause instanceof Error ? [cause, cause.cause] : [];
  const code = errors.map((error) => (error instanceof Error && 'code' in error ? error.code : undefined));
  const found = code.find((one) => typeof one === 'string');
  return found === undefined ? '' : ` (${found})`;
};
