import type { Timer } from '../../core/timer.ts';
import { callStripe, type Reply } from './calls.ts';
import { type ClientOptions, createStripeClient } from './client.ts';

/** Reads one charge, to see that the key is valid and may read. Why it cannot; null if it can. */
export const probeStripe = async (
  timer: Timer,
  options: ClientOptions,
  timeoutMs: number,
): Promise<string | null> => {
  const stripe = createStripeClient(options);
  const call = { deadline: timer.deadline(timeoutMs), timer, pauseMs: 500 };
  const reply: Reply<unknown> = await callStripe(call, (each) => stripe.charges.list({ limit: 1 }, each));
  if (reply.kind === 'succeeded') return null;
  return 'reason' in reply ? reply.reason : `stripe: ${reply.kind}`;
};
