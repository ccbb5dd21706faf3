import { err, ok } from 'neverthrow';
import type { AsyncResult } from '../../core/result.ts';
import type { Engine } from './engine.ts';
import { authenticationFailed, confirm } from './intents.ts';

/**
 * Does what a customer does who is asked to confirm a payment, with the whole client secret as it was given to
 * them. Answers false where there is nothing to confirm: no such secret, or confirmed or called off before.
 */
export const createFinishChallenge =
  (engine: Engine) =>
  async (challenge: {
    readonly clientSecret: string;
    readonly outcome: 'succeed' | 'fail';
  }): AsyncResult<boolean> => {
    const { clientSecret, outcome } = challenge;
    // The verb takes an intent's bare id as well, as whoever has the API key may.
    if (!clientSecret.includes('_secret_')) return ok(false);
    const confirmed = await confirm(
      engine,
      clientSecret,
      outcome === 'succeed' ? outcome : authenticationFailed,
    );
    if (confirmed.isOk()) return ok(true);
    const failure = confirmed.error;
    return 'reason' in failure ? err({ kind: 'unavailable', reason: failure.reason }) : ok(false);
  };
