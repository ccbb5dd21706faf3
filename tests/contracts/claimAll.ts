import { err, ok, type Result } from 'neverthrow';
import type { CheckoutRequest, Claim, ClaimFailure } from '../../core/audit.ts';
import type { Store } from '../../core/store.ts';

/** Claims as a checkout does it: a request whose rows others hold at this moment is claimed again, alone. */
export const claimAll = async (
  { audits }: Pick<Store, 'audits'>,
  requests: readonly CheckoutRequest[],
  nowMs: number,
): Promise<readonly Result<Claim, ClaimFailure>[]> => {
  const claims = (await audits.claim(requests, nowMs))._unsafeUnwrap();
  return Promise.all(
    claims.map(async (claim, index): Promise<Result<Claim, ClaimFailure>> => {
      if (claim.isOk()) return ok(claim.value);
      const request = requests[index];
      if (claim.error.kind !== 'rows_held' || request === undefined) return err(claim.error as ClaimFailure);
      return (await audits.claimAlone(request, nowMs))._unsafeUnwrap();
    }),
  );
};
