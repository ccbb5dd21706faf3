import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { SeededRandom } from '../../processes/random.ts';

/** Forwards the provider's webhooks to the API processes, with the faults of a network. */
export type WebhookProxy = {
  readonly url: string;
  /** Sets the API processes that get the webhooks from now on. */
  forwardTo(urls: readonly string[]): void;
  /** From now on each webhook is forwarded once, to one process, and its response is returned. */
  stopFaults(): void;
  close(): Promise<void>;
};

/**
 * Until `stopFaults` it forwards some webhooks to two processes at once, delays some so that later ones arrive
 * first, and loses some responses, so that the provider repeats webhooks that were already stored.
 */
export const startWebhookProxy = async (random: SeededRandom): Promise<WebhookProxy> => {
  let targets: readonly string[] = [];
  let hasFaults = true;

  const send = async (target: string, { body, headers }: Webhook): Promise<number> => {
    try {
      const signal = AbortSignal.timeout(10_000);
      const response = await fetch(new URL('/webhooks/stripe', target), {
        method: 'POST',
        body,
        headers,
        signal,
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 502;
    }
  };
  const forward = async (webhook: Webhook): Promise<number> => {
    if (targets.length === 0) return 503;
    if (!hasFaults) return send(random.pick(targets), webhook);
    if (random.bool(0.4)) await pause(random.between(0, 1_500));
    const copies = random.bool(0.2) ? 2 : 1;
    const statuses = Array.from({ length: copies }, () => send(random.pick(targets), webhook));
    const [status = 502] = await Promise.all(statuses);
    return random.bool(0.1) ? 502 : status;
  };

  const server = createServer(async (request, response) => {
    const webhook = await readWebhook(request);
    response.statusCode = webhook === null ? 400 : await forward(webhook);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the webhook proxy has no port');

  return {
    url: `http://127.0.0.1:${address.port}/`,
    forwardTo: (urls) => {
      targets = urls;
    },
    stopFaults: () => {
      hasFaults = false;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

type Webhook = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

/** Returns null where the sender was killed before the end of the body. */
const readWebhook = async (request: IncomingMessage): Promise<Webhook | null> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return null;
  }
  const { 'content-type': type = 'application/json', 'stripe-signature': signature = '' } = request.headers;
  return {
    body: Buffer.concat(chunks).toString('utf8'),
    headers: { 'content-type': type, 'stripe-signature': String(signature) },
  };
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
