import { err, ok } from 'neverthrow';
import type { Audits } from '../audit.ts';
import type { Ledger } from '../ledger.ts';
import type { AsyncResult } from '../result.ts';
import type { World } from '../world.ts';
import type { FollowCharge } from './followCharge.ts';

const pageSize = 100;

/**
 * Follows the charge of each open dispute, because the event that ended it may have been lost. Fails with `unavailable`
 * only.
 */
export const createFollowOpenDisputes =
  ({
    ledger,
    audits,
    followCharge,
    world,
  }: {
    readonly ledger: Pick<Ledger, 'cases'>;
    readonly audits: Pick<Audits, 'find'>;
    readonly followCharge: FollowCharge;
    readonly world: World;
  }): (() => AsyncResult<void>) =>
  async () => {
    let after: string | null = null;
    do {
      const query = { check: 'disputes_open', nowMs: world.clock.nowMs(), after, limit: pageSize } as const;
      const page: Awaited<ReturnType<typeof ledger.cases>> = await ledger.cases(query);
      if (page.isErr()) return err(page.error);
      for (const { paymentId } of page.value.items) {
        const checkout = await audits.find(paymentId ?? '');
        if (checkout.isErr()) return err(checkout.error);
        const reference = checkout.value?.payment.reference ?? null;
        const followed = reference === null ? ok(true) : await followCharge(reference);
        if (followed.isErr()) return err(followed.error);
      }
      after = page.value.next;
    } while (after !== null);
    return ok(undefined);
  };
