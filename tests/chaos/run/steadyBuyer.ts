import { randomUUID } from 'node:crypto';
import { createClient, type Reply, textAt, valueAt } from '../../processes/client.ts';
import { tokenFor } from '../../processes/tokens.ts';
import type { ClientLogRecorder } from './clientLogRecorder.ts';

type Buyer = { readonly email: string; readonly urls: readonly string[]; readonly productId: string };

/**
 * Buys at a fixed pace until the signal aborts: an order and its checkout, each sent again under its key until it is
 * answered. One that takes longer than the pace is followed by the next one at once.
 */
export const runBuyer = async (
  { email, urls, productId }: Buyer,
  recorder: ClientLogRecorder,
  paceMs: number,
  signal: AbortSignal,
): Promise<void> => {
  const token = await tokenFor(email);
  const clients = urls.map((url) => createClient(url, token));
  let turn = 0;
  const send = async (call: (client: (typeof clients)[number]) => Promise<Reply>): Promise<Reply> => {
    for (;;) {
      const client = clients[turn++ % clients.length];
      const reply = client === undefined ? null : await call(client).catch(() => null);
      // 409: the same key is still being confirmed.
      if (reply !== null && reply.status !== 503 && reply.status !== 409) return reply;
      await sleep(100);
    }
  };
  while (!signal.aborted) {
    const untilMs = performance.now() + paceMs;
    const orderKey = randomUUID();
    const body = { productId, quantity: 1 };
    const placed = await send((client) => client.post('/orders', body, { 'idempotency-key': orderKey }));
    recorder.expectStatus(placed, 'POST /orders', [201]);
    if (placed.status === 201) {
      const id = textAt(placed, 'id');
      const amount = Number(valueAt(valueAt(placed.body, 'total'), 'amount'));
      recorder.recordOrder({ id, email, productId, quantity: 1, amount });
      const key = randomUUID();
      const reply = await send((client) => client.checkOut(key, [id], 'pm_card_visa'));
      recorder.recordCheckout(key, [id], reply);
    }
    await sleep(Math.max(0, untilMs - performance.now()));
  }
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
