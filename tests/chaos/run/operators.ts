import { randomUUID } from 'node:crypto';
import { type Client, clientOf, type Reply } from '../../processes/client.ts';
import type { Dice } from '../../processes/random.ts';
import { tokenFor } from '../../processes/tokens.ts';
import type { Diary, PaidOrder } from './recordClientLog.ts';
import { retryFailed } from './rest.ts';

/** Operators at work until the signal, at whichever door: they retry what failed, and give money back. */
export const operate = async (
  urls: readonly string[],
  diary: Diary,
  chance: Dice,
  closing: AbortSignal,
): Promise<void> => {
  const token = await tokenFor('op@shop.test', 'operator');
  const doors = urls.map((url) => clientOf(url, token));
  const tellers = Array.from({ length: 6 }, () => chance.fork());
  await Promise.all([
    tend(doors, chance.fork(), closing),
    ...tellers.map((dice) => payBack({ doors, diary, chance: dice }, closing)),
  ]);
};

const tend = async (doors: readonly Client[], chance: Dice, closing: AbortSignal): Promise<void> => {
  while (!closing.aborted) {
    await pause(chance.between(500, 3_000));
    // Nobody may be there to do it just now.
    await retryFailed(chance.pick(doors)).catch(() => {});
  }
};

type Teller = { readonly doors: readonly Client[]; readonly diary: Diary; readonly chance: Dice };

/** How many of the orders that were paid last are looked at: some are still on their way through the pipeline. */
const newest = 20;

const payBack = async (teller: Teller, closing: AbortSignal): Promise<void> => {
  const { diary, chance } = teller;
  while (!closing.aborted) {
    await pause(chance.between(20, 400));
    const paid = chance.isLikely(0.7) ? diary.paid.slice(-newest) : diary.paid;
    if (paid.length > 0) await refund(teller, chance.pick(paid));
  }
};

/** The whole, or a part, or parts that together are too much, at once; at times once more, of what is left. */
const refund = async (teller: Teller, { id, amount }: PaidOrder): Promise<void> => {
  const { chance } = teller;
  const mood = chance.unit();
  const some = () => chance.between(1, amount - 1);
  if (mood < 0.35) await giveBack(teller, id, null);
  else if (mood < 0.65) await giveBack(teller, id, some());
  else if (mood < 0.8) await Promise.all([giveBack(teller, id, null), giveBack(teller, id, some())]);
  else {
    const most = Math.ceil(amount * 0.6);
    await Promise.all(Array.from({ length: 4 }, () => giveBack(teller, id, most)));
  }
};

/** Asks for it, at times twice at once, and again under the same key until it hears how that went. */
const giveBack = async (
  { doors, diary, chance }: Teller,
  orderId: string,
  amount: number | null,
): Promise<void> => {
  const key = randomUUID();
  const send = async (): Promise<Reply | null> => {
    const reply = await attempt(() =>
      chance
        .pick(doors)
        .post(
          '/refunds',
          { orderId, reason: 'asked for', ...(amount !== null && { amount }) },
          { 'idempotency-key': key },
        ),
    );
    diary.refunded(key, orderId, amount, reply);
    return reply;
  };
  for (let tries = 1; tries <= 12; tries++) {
    const clicks = chance.isLikely(0.4) ? [send(), send()] : [send()];
    const replies = await Promise.all(clicks);
    const isAnswered = replies.some((reply) => reply !== null && reply.status !== 503);
    if (isAnswered && !chance.isLikely(0.15)) return;
    await pause(chance.between(20, 60 * tries));
  }
};

/** The answer, or null where the connection broke. */
const attempt = async (call: () => Promise<Reply>): Promise<Reply | null> => {
  try {
    return await call();
  } catch {
    await pause(30);
    return null;
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
