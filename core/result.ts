import type { Result } from 'neverthrow';

/**
 * The database or service behind a port cannot be reached, is read-only or is full. A write may have been committed all
 * the same, if only its reply was lost, so every write of a port can be repeated safely. `reason` is for logs and
 * people.
 */
export type Unavailable = {
  readonly kind: 'unavailable';
  readonly reason: string;
  /** True if somebody else holds rows that the call needs. Then nothing was written. */
  readonly rowsHeld?: boolean;
  /** For the log only. */
  readonly database?: DatabaseWords;
};

/** What a database says about its failure: its error code, such as an SQLSTATE, and its own words. */
export type DatabaseWords = { readonly code: string; readonly message: string };

/**
 * The result of a port or use case that does I/O. Expected failures are `Err` values, and `Unavailable` is always one
 * of them. The promise rejects only because of a bug.
 */
export type AsyncResult<T, Failure = never> = Promise<Result<T, Failure | Unavailable>>;
