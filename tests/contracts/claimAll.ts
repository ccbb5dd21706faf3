import { err, ok, type Result } from 'neverthrow';
import type { CheckoutRequest, Claim, ClaimFailure } from '../../core/audit.ts';
import type { Store } from '../../core/store.ts';
import { createClaimAlone } from '../../core/usecases/claimAlone.ts';
import type { World } from '../../core/world.ts';

/** Claims as a checkout does it: a request whose rows others hold at this moment is claimed again, alone. */
export const claimAll = async (
  { audits }: Pick<Store, 'audits'>,
  world: World,
  requests: readonly CheckoutRequest[],
): Promise<readonly Result<Claim, ClaimFailure>[]> => {
  const tryAlone = createClaimAlone({ audits, world });
  const claimAlone = async (request: CheckoutRequest): Promise<Result<Claim, ClaimFailure>> => {
    const claim = await tryAlone(request);
    if (claim.isOk()) return ok(claim.value);
    const { error } = claim;
    if (error.kind === 'unavailable' || error.kind === 'claim_lost')
      throw new Error('the claim failed', { cause: error });
    return err(error);
  };
  const claims = await audits.claim(requests, world.clock.nowMs());
  if (claims.isErr() && claims.error.rowsHeld === true) return Promise.all(requests.map(claimAlone));
  return Promise.all(
    claims._unsafeUnwrap().map(async (claim, index): Promise<Result<Claim, ClaimFailure>> => {
      if (claim.isOk()) return ok(claim.value);
      const { error } = claim;
      if (error.kind !== 'rows_held') return err(error);
      const request = requests[index];
      if (request === undefined) throw new Error('a claim has its request');
      return claimAlone(request);
    }),
  );
};
