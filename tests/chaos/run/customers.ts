import { randomUUID } from 'node:crypto';
import { type Client, clientOf, type Reply, textAt, valueAt } from '../../processes/client.ts';
import type { Dice } from '../../processes/random.ts';
import { tokenFor } from '../../processes/tokens.ts';
import { type Bank, meetChallenge } from './cardholder.ts';
import type { Diary } from './recordClientLog.ts';

/** Where customers shop: processes that come and go, and what is on the shelf. */
export type Street = {
  readonly urls: readonly string[];
  readonly productIds: readonly string[];
  /** Null where nobody can meet its challenges. */
  readonly bank: Bank | null;
};

/** Shops, visit after visit, until the signal; what is under way then is brought to an answer. */
export const shop = async (
  email: string,
  street: Street,
  diary: Diary,
  chance: Dice,
  closing: AbortSignal,
): Promise<void> => {
  const token = await tokenFor(email);
  const doors = street.urls.map((url) => clientOf(url, token));
  const visitor = { diary, chance, street, door: () => chance.pick(doors) };
  while (!closing.aborted) await visit(visitor);
};

type Visitor = {
  readonly diary: Diary;
  readonly chance: Dice;
  readonly street: Street;
  /** A process, any of them. */
  readonly door: () => Client;
};

/** Orders some things, pays for them in one cart or in carts that overlap, drops some, looks at some. */
const visit = async (visitor: Visitor): Promise<void> => {
  const { chance } = visitor;
  const wanted = Array.from({ length: chance.between(1, 4) }, () => order(visitor));
  const ordered = (await Promise.all(wanted)).flatMap((id) => id ?? []);
  const [any] = ordered;
  if (any === undefined) return pause(200);

  const carts = [ordered];
  if (ordered.length > 1 && chance.isLikely(0.3)) carts.push(ordered.slice(1));
  if (chance.isLikely(0.1)) carts.push([any]);
  const deeds = carts.map((cart) => pay(visitor, randomUUID(), cart, methodFor(chance)));
  if (chance.isLikely(0.1)) deeds.push(cancel(visitor, any));
  if (chance.isLikely(0.3)) deeds.push(look(visitor, any));
  await Promise.all(deeds);
  if (chance.isLikely(0.3)) await pay(visitor, randomUUID(), ordered, 'pm_card_visa');
};

const methodFor = (chance: Dice): string => (chance.isLikely(0.55) ? 'pm_card_visa' : chance.pick(methods));

/** Cards that are declined or challenged, refunds that take their time or come to nothing, and faults on the way. */
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

const order = async ({ door, street, chance, diary }: Visitor): Promise<string | null> => {
  const productId = chance.pick(street.productIds);
  const quantity = chance.between(1, 3);
  const reply = await attempt(() => door().post('/orders', { productId, quantity }));
  if (reply?.status !== 201) {
    diary.expect(reply, 'POST /orders', [503]);
    return null;
  }
  const id = textAt(reply, 'id');
  diary.ordered({ id, productId, quantity, amount: Number(valueAt(valueAt(reply.body, 'total'), 'amount')) });
  return id;
};

/** Sends a cart, at times twice at once, and again under the same key until it hears how it went. */
const pay = async (visitor: Visitor, key: string, cart: readonly string[], method: string): Promise<void> => {
  const { chance, diary, door, street } = visitor;
  const send = async () => {
    const reply = await attempt(() => door().checkOut(key, cart, method));
    diary.answered(key, cart, reply);
    if (reply !== null && saysPaid(reply)) await seePaid(visitor, cart);
    if (reply !== null && saysChallenged(reply)) await meetChallenge(visitor, street.bank, reply);
    return reply;
  };
  for (let tries = 1; tries <= 12; tries++) {
    const clicks = chance.isLikely(0.3) ? [send(), send()] : [send()];
    const replies = await Promise.all(clicks);
    if (replies.some((reply) => reply !== null && isFinal(reply)) && !chance.isLikely(0.1)) return;
    await pause(chance.between(20, 60 * tries));
  }
};

const saysPaid = (reply: Reply): boolean =>
  reply.status === 202 && valueAt(reply.body, 'status') === 'succeeded';

const saysChallenged = (reply: Reply): boolean =>
  reply.status === 202 && valueAt(reply.body, 'status') === 'requires_action';

/** Whatever process is asked next must know of it. */
const seePaid = async ({ door, diary }: Visitor, [id]: readonly string[]): Promise<void> => {
  const reply = await attempt(() => door().get(`/orders/${id}`));
  const status = valueAt(reply?.body, 'status');
  if (reply?.status === 200 && (status === 'pending' || status === 'paying'))
    diary.saw(`the order ${id} is ${status} after its success was answered`);
};

/** Nothing more can be learned by sending it again, other than the same. */
const isFinal = (reply: Reply): boolean => {
  const code = valueAt(reply.body, 'code');
  return reply.status !== 503 && code !== 'checkout_in_progress' && code !== 'order_in_progress';
};

const cancel = async ({ door, diary }: Visitor, id: string): Promise<void> => {
  const reply = await attempt(() => door().remove(`/orders/${id}`));
  if (reply?.status === 204) diary.cancelled(id);
  else diary.expect(reply, 'DELETE /orders', [409, 503]);
};

const look = async ({ door, diary }: Visitor, id: string): Promise<void> => {
  for (const path of [`/orders/${id}`, '/orders?limit=5', '/orders?q=san+pham&limit=5', '/products?limit=5'])
    diary.expect(await attempt(() => door().get(path)), 'GET', [200, 503]);
};

/** The answer, or null where the connection broke. */
const attempt = async (call: () => Promise<Reply>): Promise<Reply | null> => {
  try {
    return await call();
  } catch {
    // Whoever has nobody to talk to would else try some thousand times a second.
    await pause(30);
    return null;
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
