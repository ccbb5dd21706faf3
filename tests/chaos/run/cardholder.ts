import { type Reply, textAt, valueAt } from '../../processes/client.ts';
import type { Dice } from '../../processes/random.ts';
import type { Diary } from './recordClientLog.ts';

/**
 * A customer's bank: meets the challenge of this client secret, or fails it, and answers what became of the
 * payment; null where the provider does not say, or called it off before.
 */
export type Bank = (clientSecret: string, outcome: 'succeed' | 'fail') => Promise<'succeeded' | null>;

/** Meets the bank's challenge, sooner or later; or fails it, and may try once more; or walks away. */
export const meetChallenge = async (
  { chance, diary }: { readonly chance: Dice; readonly diary: Diary },
  bank: Bank | null,
  reply: Reply,
): Promise<void> => {
  const secret = valueAt(valueAt(reply.body, 'action'), 'clientSecret');
  const mood = chance.unit();
  if (bank === null || typeof secret !== 'string' || mood < 0.25) return;
  if (chance.isLikely(0.5)) await pause(chance.between(0, 2_500));
  if (mood < 0.5) {
    await bank(secret, 'fail');
    if (mood < 0.35) return;
    await pause(chance.between(0, 1_000));
  }
  const heard = await bank(secret, 'succeed');
  if (heard === 'succeeded') diary.confirmed(textAt(reply, 'checkoutId'));
};

/** As the customer's browser talks to the provider, again until it is answered. */
export const bankAt =
  (providerUrl: string): Bank =>
  async (clientSecret, outcome) => {
    const [id = ''] = clientSecret.split('_secret_');
    const form = new URLSearchParams({ client_secret: clientSecret });
    if (outcome === 'fail') form.set('challenge', 'fail');
    for (let tries = 1; tries <= 20; tries++) {
      const status = await confirm(new URL(`/v1/payment_intents/${id}/confirm`, providerUrl), form);
      if (status !== null) return status === 'succeeded' ? status : null;
      await pause(100);
    }
    return null;
  };

/** The status that it has now, or the error's code; null where the connection broke. */
const confirm = async (url: URL, form: URLSearchParams): Promise<string | null> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: form,
      headers: { authorization: 'Bearer pk_test_customer' },
      signal: AbortSignal.timeout(5_000),
    });
    const body: unknown = await response.json();
    return wordAt(body, 'status') ?? wordAt(valueAt(body, 'error'), 'code') ?? 'none';
  } catch {
    return null;
  }
};

const wordAt = (value: unknown, name: string): string | null => {
  const word = valueAt(value, name);
  return typeof word === 'string' ? word : null;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
