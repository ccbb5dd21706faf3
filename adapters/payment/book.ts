import type { Result } from 'neverthrow';
import type { Page } from '../../core/page.ts';
import type { Charge } from '../../core/payment.ts';
import type { Answer, Unavailable } from '../../core/result.ts';

/** `unavailable`: certainly nothing was written. `unknown`: it may have been. */
export type EntryFailure = Unavailable | { readonly kind: 'unknown'; readonly reason: string };

/**
 * The simulated provider's own memory of keys, apart from our database: it outlives a crash of our processes,
 * all of which may use it at once, and forgets nothing.
 */
export interface ChargeBook {
  /**
   * Writes those charges whose key has none yet, all in one go. Answers, in the order of the given ones, the
   * charge that stands under each key: the given one itself where this call was the first.
   */
  enter(charges: readonly Charge[]): Promise<Result<readonly Charge[], EntryFailure>>;

  find(key: string): Answer<Charge | null>;

  /** Newest first, which is by id; `after` is the id of the last charge of the page before. */
  list(query: ChargeQuery): Answer<Page<Charge, string>>;

  close(): Promise<void>;
}

export type ChargeQuery = {
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
};
