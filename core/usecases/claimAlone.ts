import { err } from 'neverthrow';
import type { Audits, CheckoutRequest, Claim, ClaimFailure } from '../audit.ts';
import { createLimiter } from '../heldRows.ts';
import type { CheckoutLimits } from '../limits.ts';
import type { AsyncResult, Unavailable } from '../result.ts';
import type { World } from '../world.ts';

/** The claim was sent and its reply was lost, so it may have been committed. */
export type ClaimLost = { readonly kind: 'claim_lost'; readonly lost: Unavailable };

/** How many carts may wait alone for rows that somebody else holds. */
const runningMax = 4;

/** How long a cart is claimed again and again, ms. It is much longer than a queue of other carts at one product. */
const patienceMs = 8_000;

/**
 * Claims a cart that a batch left out, because somebody else holds its rows. Only this cart waits for them.
 *
 * The limit of the database for one lock is short, so that carts whose rows stay held do not keep the turns of others.
 * It may also end a wait behind other checkouts of the same product, all of them fast. So the cart takes a new turn,
 * as long as its patience lasts.
 */
export const createClaimAlone = (
  { audits, world }: { readonly audits: Audits; readonly world: World },
  checkoutLimits?: CheckoutLimits,
) => {
  const { clock, timer } = world;
  const takeTurn = createLimiter(timer, runningMax);
  return async (request: CheckoutRequest): AsyncResult<Claim, ClaimFailure | ClaimLost> => {
    const startedMs = clock.nowMs();
    const deadline = timer.deadline(patienceMs);
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
