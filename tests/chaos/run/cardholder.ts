import { type Reply, textAt, valueAt } from '../../processes/client.ts';
import type { SeededRandom } from '../../processes/random.ts';
import type { ClientLogRecorder } from './clientLogRecorder.ts';

/**
 * Passes or fails the 3-D Secure challenge of a payment, as its customer would in a browser. Returns `succeeded`
 * once the provider confirms the charge; null where it does not answer or has cancelled the payment before.
 */
export type FinishChallenge = (
  clientSecret: string,
  outcome: 'succeed' | 'fail',
) => Promise<'succeeded' | null>;

/** Passes the challenge now or later, fails it and sometimes tries once more, or abandons it. */
export const answerChallenge = async (
  { random, recorder }: { readonly random: SeededRandom; readonly recorder: ClientLogRecorder },
  finishChallenge: FinishChallenge | null,
  reply: Reply,
): Promise<void> => {
  const secret = valueAt(valueAt(reply.body, 'action'), 'clientSecret');
  const choice = random.unit();
  if (finishChallenge === null || typeof secret !== 'string' || choice < 0.25) return;
  if (random.bool(0.5)) await pause(random.between(0, 2_500));
  if (choice < 0.5) {
    await finishChallenge(secret, 'fail');
    if (choice < 0.35) return;
    await pause(random.between(0, 1_000));
  }
  const status = await finishChallenge(secret, 'succeed');
  if (status === 'succeeded') recorder.recordConfirmed(textAt(reply, 'checkoutId'));
};

/** Calls the provider as the customer's browser does, again until it answers. */
export const createFinishChallenge =
  (providerUrl: string): FinishChallenge =>
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

/** Returns the payment's status or the error's code; null where the connection broke. */
const confirm = async (url: URL, form: URLSearchParams): Promise<string | null> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: form,
      headers: { authorization: 'Bearer pk_test_customer' },
      signal: AbortSignal.timeout(5_000),
    });
    const body: unknown = await response.json();
    return stringAt(body, 'status') ?? stringAt(valueAt(body, 'error'), 'code') ?? 'none';
  } catch {
    return null;
  }
};

const stringAt = (value: unknown, name: string): string | null => {
  const found = valueAt(value, name);
  return typeof found === 'string' ? found : null;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
