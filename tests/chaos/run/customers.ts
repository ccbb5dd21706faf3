import { randomUUID } from 'node:crypto';
import { type Client, createClient, type Reply, textAt, valueAt } from '../../processes/client.ts';
import type { SeededRandom } from '../../processes/random.ts';
import { tokenFor } from '../../processes/tokens.ts';
import { answerChallenge, type FinishChallenge } from './cardholder.ts';
import type { ClientLogRecorder } from './clientLogRecorder.ts';

/** The API processes and the products for sale. */
export type Storefront = {
  readonly urls: readonly string[];
  readonly productIds: readonly string[];
  /** Null where the provider has no challenges that a customer can finish. */
  readonly finishChallenge: FinishChallenge | null;
};

/** Shops in a loop until the signal aborts. Calls that are open then still run to their end. */
export const runCustomer = async (
  email: string,
  storefront: Storefront,
  recorder: ClientLogRecorder,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<void> => {
  const token = await tokenFor(email);
  const clients = storefront.urls.map((url) => createClient(url, token));
  const customer = { email, recorder, random, storefront, client: () => random.pick(clients) };
  while (!signal.aborted) await visit(customer);
};

type Customer = {
  readonly email: string;
  readonly recorder: ClientLogRecorder;
  readonly random: SeededRandom;
  readonly storefront: Storefront;
  /** A client of a random API process. */
  readonly client: () => Client;
};

/** Places some orders, pays for them in one checkout or in overlapping ones, changes and cancels some, and reads some. */
const visit = async (customer: Customer): Promise<void> => {
  const { random } = customer;
  const placements = Array.from({ length: random.between(1, 4) }, () => placeOrder(customer));
  const placed = (await Promise.all(placements)).flatMap((id) => id ?? []);
  const [first] = placed;
  if (first === undefined) return pause(200);

  const checkouts = [placed];
  if (placed.length > 1 && random.bool(0.3)) checkouts.push(placed.slice(1));
  if (random.bool(0.1)) checkouts.push([first]);
  const actions = checkouts.map((orderIds) => checkOut(customer, randomUUID(), orderIds, pickMethod(random)));
  if (random.bool(0.1)) actions.push(cancelOrder(customer, first));
  if (random.bool(0.2)) actions.push(changeQuantity(customer, random.pick(placed)));
  if (random.bool(0.3)) actions.push(readLists(customer, first));
  await Promise.all(actions);
  if (random.bool(0.3)) await checkOut(customer, randomUUID(), placed, 'pm_card_visa');
};

const pickMethod = (random: SeededRandom): string =>
  random.bool(0.55) ? 'pm_card_visa' : random.pick(methods);

/** Declined and challenged cards, slow and failing refunds, and network faults. */
const methods = [
  'pm_card_chargeDeclined',
  'pm_card_threeDSecure2Required',
  'pm_card_threeDSecure2Required',
  'pm_card_threeDSecure2Required',
  'pm_sim_slow',
  'pm_sim_late',
  'pm_sim_lost_ok',
  'pm_sim_lost_declined',
  'pm_sim_lost_before',
  'pm_sim_html',
  'pm_sim_error',
  'pm_sim_rate_limited',
  'pm_sim_down',
  'pm_sim_refund_pending',
  'pm_sim_refund_failing',
  'pm_sim_refund_refused',
  'pm_sim_refund_lost',
];

const placeOrder = async (customer: Customer): Promise<string | null> => {
  const { client, storefront, random, recorder } = customer;
  const productId = random.pick(storefront.productIds);
  const quantity = random.between(1, 3);
  const key = randomUUID();
  const body = { productId, quantity };
  const send = () => attempt(() => client().post('/orders', body, { 'idempotency-key': key }));
  const replies = await Promise.all(random.bool(0.3) ? [send(), send()] : [send()]);
  // A lost response is asked for again, from a process that may have known nothing of the key.
  if (replies.includes(null)) replies.push(await send());
  for (const reply of replies) recorder.expectStatus(reply, 'POST /orders', [201, 503]);
  const placed = replies.filter((reply) => reply?.status === 201);
  const [reply = null] = placed;
  if (reply === null) return null;
  const id = textAt(reply, 'id');
  if (placed.some((each) => each !== null && textAt(each, 'id') !== id))
    recorder.recordUnexpected(`the key ${key} has placed more than the order ${id}`);
  const amount = Number(valueAt(valueAt(reply.body, 'total'), 'amount'));
  recorder.recordOrder({ id, email: customer.email, productId, quantity, amount });
  return id;
};

/** Sends a checkout, sometimes twice at once, and repeats it under the same key until the outcome is known. */
const checkOut = async (
  customer: Customer,
  key: string,
  orderIds: readonly string[],
  method: string,
): Promise<void> => {
  const { random, recorder, client, storefront } = customer;
  const send = async () => {
    const reply = await attempt(() => client().checkOut(key, orderIds, method));
    recorder.recordCheckout(key, orderIds, reply);
    if (reply !== null && hasStatus(reply, 'succeeded')) await expectPaid(customer, orderIds);
    if (reply !== null && hasStatus(reply, 'requires_action'))
      await Promise.all([
        answerChallenge(customer, storefront.finishChallenge, reply),
        random.bool(0.3) ? giveUp(customer, key, orderIds, textAt(reply, 'checkoutId')) : null,
      ]);
    return reply;
  };
  for (let tries = 1; tries <= 12; tries++) {
    const clicks = random.bool(0.3) ? [send(), send()] : [send()];
    const replies = await Promise.all(clicks);
    if (replies.some((reply) => reply !== null && isFinal(reply)) && !random.bool(0.1)) return;
    await pause(random.between(20, 60 * tries));
  }
};

/** Gives up a checkout, perhaps while its challenge is passed or failed. */
const giveUp = async (
  { client, recorder, random }: Customer,
  key: string,
  orderIds: readonly string[],
  checkoutId: string,
): Promise<void> => {
  await pause(random.between(0, 1_500));
  const reply = await attempt(() => client().remove(`/checkouts/${checkoutId}`));
  recorder.recordGivenUp(key, orderIds, reply);
};

const hasStatus = (reply: Reply, status: string): boolean =>
  reply.status === 202 && valueAt(reply.body, 'status') === status;

/** Every process must show the success from the moment at which one process has answered it. */
const expectPaid = async ({ client, recorder }: Customer, [id]: readonly string[]): Promise<void> => {
  const reply = await attempt(() => client().get(`/orders/${id}`));
  const status = valueAt(reply?.body, 'status');
  if (reply?.status === 200 && (status === 'pending' || status === 'paying'))
    recorder.recordUnexpected(`order ${id} is ${status} after its checkout was answered as succeeded`);
};

/** A repeated request would only get the same response. */
const isFinal = (reply: Reply): boolean => {
  const code = valueAt(reply.body, 'code');
  return reply.status !== 503 && code !== 'checkout_in_progress' && code !== 'order_in_progress';
};

const cancelOrder = async ({ client, recorder }: Customer, id: string): Promise<void> => {
  const reply = await attempt(() => client().remove(`/orders/${id}`));
  if (reply?.status === 204) recorder.recordCancelled(id);
  else recorder.expectStatus(reply, 'DELETE /orders', [409, 503]);
};

const changeQuantity = async ({ client, recorder, random }: Customer, id: string): Promise<void> => {
  const quantity = random.between(1, 3);
  await pause(random.between(0, 40));
  const reply = await attempt(() => client().patch(`/orders/${id}`, { quantity }));
  recorder.expectStatus(reply, 'PATCH /orders', [200, 409, 503]);
  recorder.recordQuantity(id, quantity, reply);
};

const readLists = async ({ client, recorder }: Customer, id: string): Promise<void> => {
  for (const path of [`/orders/${id}`, '/orders?limit=5', '/orders?q=san+pham&limit=5', '/products?limit=5'])
    recorder.expectStatus(await attempt(() => client().get(path)), 'GET', [200, 503]);
};

/** Returns null where the connection broke. */
const attempt = async (call: () => Promise<Reply>): Promise<Reply | null> => {
  try {
    return await call();
  } catch {
    // Without a pause, a customer would retry thousands of times a second while all processes are down.
    await pause(30);
    return null;
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
