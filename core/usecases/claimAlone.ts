import { err } from 'neverthrow';
import type { Audits, CheckoutRequest, Claim, ClaimFailure } from '../audit.ts';
import { createLimiter } from '../heldRows.ts';
import type { CheckoutLimits } from '../limits.ts';
import type { AsyncResult, Unavailable } from '../result.ts';
import type { World } from '../world.ts';

/** The claim was sent and its reply was lost, so it may have been committed. */
export type ClaimLost = { readonly kind: 'claim_lost'; readonly lost: Unavailable };

/** How many requests may wait alone for rows that somebody else holds. */
const runningMax = 4;

/** How long a request is claimed again and again, ms. Far longer than a wait behind other checkouts of one product. */
const triedForMs = 8_000;

/**
 * Claims for a request that a batch left out, because somebody else holds its rows. Only this request waits for them.
 *
 * The limit of the database for one lock is short, so that a request whose rows stay locked does not keep others
 * waiting for a turn. It may also end a wait behind other checkouts of the same product, all of them fast. So the
 * request takes a new turn until `triedForMs` have passed.
 */
export const createClaimAlone = (
  { audits, world }: { readonly audits: Audits; readonly world: World },
  checkoutLimits?: CheckoutLimits,
) => {
  const { clock, timer } = world;
  const takeTurn = createLimiter(timer, runningMax);
  return async (request: CheckoutRequest): AsyncResult<Claim, ClaimFailure | ClaimLost> => {
    const startedMs = clock.nowMs();
    const deadline = timer.deadline(triedForMs);
    const tryOnce = () => {
      const nowMs = clock.nowMs();
      // The recovery leaves a checkout the same time for its charge, however late it was claimed.
      const recoverAtMs = request.recoverAtMs + nowMs - startedMs;
      return audits.claimAlone({ ...request, recoverAtMs }, nowMs, checkoutLimits);
    };
    for (;;) {
      const claimed = await takeTurn(tryOnce, deadline.remainingMs());
      if (claimed === null) return err({ kind: 'unavailable', reason: 'too many requests are waiting' });
      if (claimed.isOk()) return claimed.value;
      const { error } = claimed;
      if (error.rowsHeld !== true) return err({ kind: 'claim_lost', lost: error });
      // A statement that gave up on a lock has written nothing, so there is nothing to look up.
      if (deadline.remainingMs() <= 0) return err(error);
    }
  };
};
