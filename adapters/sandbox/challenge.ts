import { err, ok } from 'neverthrow';
import type { AsyncResult } from '../../core/result.ts';
import type { Engine } from './engine.ts';
import { authenticationFailed, confirm } from './intents.ts';

/**
 * Acts as the customer who confirms or fails a challenge, with the whole client secret of the payment. The
 * function returns false if there is nothing to confirm: the secret is unknown, or the payment is already
 * confirmed or cancelled.
 */
export const createFinishChallenge =
  (engine: Engine) =>
  async (challenge: {
    readonly clientSecret: string;
    readonly outcome: 'succeed' | 'fail';
  }): AsyncResult<boolean> => {
    const { clientSecret, outcome } = challenge;
    // `confirm` also accepts a bare intent id, which is only for holders of the API key.
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
