import { randomUUID } from 'node:crypto';
import {
  type Client,
  createClient,
  initialAmount,
  itemsOf,
  type Reply,
  textAt,
} from '../../processes/client.ts';
import type { SeededRandom } from '../../processes/random.ts';
import { tokenFor } from '../../processes/tokens.ts';
import type { ClientLogRecorder, PaidOrder } from './clientLogRecorder.ts';
import { retryFailedTasks } from './drain.ts';

/**
 * Operators retry failed tasks, request refunds, change a price and acknowledge cases, at random API processes, until the
 * signal aborts.
 */
export const runOperators = async (
  { urls, pricedProductId }: { readonly urls: readonly string[]; readonly pricedProductId: string },
  recorder: ClientLogRecorder,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<void> => {
  const token = await tokenFor('op@shop.test', 'operator');
  const clients = urls.map((url) => createClient(url, token));
  const refundRandoms = Array.from({ length: 6 }, () => random.fork());
  await Promise.all([
    retryTasks(clients, random.fork(), signal),
    changePrices({ clients, recorder, random: random.fork() }, pricedProductId, signal),
    acknowledgeCases({ clients, recorder, random: random.fork() }, signal),
    ...refundRandoms.map((own) => requestRefunds({ clients, recorder, random: own }, signal)),
  ]);
};

const retryTasks = async (
  clients: readonly Client[],
  random: SeededRandom,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    await pause(random.between(500, 3_000));
    // The process may be down.
    await retryFailedTasks(random.pick(clients)).catch(() => {});
  }
};

/** Each change has another price and adds one unit. */
const changePrices = async (operator: Operator, productId: string, signal: AbortSignal): Promise<void> => {
  const { clients, recorder, random } = operator;
  for (let amount = initialAmount + 1; !signal.aborted; amount++) {
    await pause(random.between(10, 200));
    const change = { price: { amount, currency: 'VND' }, stock: { add: 1 } };
    const reply = await attempt(() => random.pick(clients).patch(`/products/${productId}`, change));
    recorder.expectStatus(reply, 'PATCH /products', [200, 503]);
    recorder.recordCommand(reply);
  }
};

/**
 * Acknowledges each failed order once. The drain retries all of them, so those that fail again are new cases, and the
 * counts at the end are as if nobody had acknowledged one.
 */
const acknowledgeCases = async (operator: Operator, signal: AbortSignal): Promise<void> => {
  const { clients, random } = operator;
  const known = new Set<string>();
  while (!signal.aborted) {
    await pause(random.between(50, 500));
    const page = await attempt(() => random.pick(clients).get('/money/paid_without_progress?limit=100'));
    const ids = page?.status === 200 ? itemsOf(page).map((item) => textAt({ body: item }, 'id')) : [];
    const caseId = ids.find((id) => !known.has(id));
    if (caseId === undefined) continue;
    known.add(caseId);
    await acknowledge(operator, caseId);
  }
};

/** Sends a request again under its key until it is answered. The case may have ended meanwhile. */
const acknowledge = async ({ clients, recorder, random }: Operator, caseId: string): Promise<void> => {
  const key = randomUUID();
  for (let tries = 1; tries <= 12; tries++) {
    const reply = await attempt(() =>
      random
        .pick(clients)
        .post(
          '/money/paid_without_progress/acknowledgements',
          { caseId, note: `seen ${key}` },
          { 'idempotency-key': key },
        ),
    );
    recorder.expectStatus(reply, 'POST acknowledgements', [201, 404, 503]);
    recorder.recordCommand(reply);
    if (reply !== null && reply.status !== 503) return;
    await pause(random.between(20, 60 * tries));
  }
};

type Operator = {
  readonly clients: readonly Client[];
  readonly recorder: ClientLogRecorder;
  readonly random: SeededRandom;
};

/** Of the orders that were paid last, some are still in their pipeline. */
const newest = 20;

const requestRefunds = async (operator: Operator, signal: AbortSignal): Promise<void> => {
  const { recorder, random } = operator;
  while (!signal.aborted) {
    await pause(random.between(20, 400));
    const paid = random.bool(0.7) ? recorder.paidOrders.slice(-newest) : recorder.paidOrders;
    if (paid.length > 0) await refundOrder(operator, random.pick(paid));
  }
};

/** Requests the whole amount, a part of it, or several parts at once that are too much together. */
const refundOrder = async (operator: Operator, { id, amount }: PaidOrder): Promise<void> => {
  const { random } = operator;
  const choice = random.unit();
  const part = () => random.between(1, amount - 1);
  if (choice < 0.35) await requestRefund(operator, id, null);
  else if (choice < 0.65) await requestRefund(operator, id, part());
  else if (choice < 0.8)
    await Promise.all([requestRefund(operator, id, null), requestRefund(operator, id, part())]);
  else {
    const largePart = Math.ceil(amount * 0.6);
    await Promise.all(Array.from({ length: 4 }, () => requestRefund(operator, id, largePart)));
  }
};

/** Sends a request, sometimes twice at once, and repeats it under the same key until it is answered. */
const requestRefund = async (
  { clients, recorder, random }: Operator,
  orderId: string,
  amount: number | null,
): Promise<void> => {
  const key = randomUUID();
  const send = async (): Promise<Reply | null> => {
    const reply = await attempt(() =>
      random
        .pick(clients)
        .post(
          '/refunds',
          { orderId, reason: 'asked for', ...(amount !== null && { amount }) },
          { 'idempotency-key': key },
        ),
    );
    recorder.recordRefund(key, orderId, amount, reply);
    recorder.recordCommand(reply);
    return reply;
  };
  for (let tries = 1; tries <= 12; tries++) {
    const clicks = random.bool(0.4) ? [send(), send()] : [send()];
    const replies = await Promise.all(clicks);
    const isAnswered = replies.some((reply) => reply !== null && reply.status !== 503);
    if (isAnswered && !random.bool(0.15)) return;
    await pause(random.between(20, 60 * tries));
  }
};

/** Returns null where the connection broke. */
const attempt = async (call: () => Promise<Reply>): Promise<Reply | null> => {
  try {
    return await call();
  } catch {
    await pause(30);
    return null;
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
