import type { Result } from 'neverthrow';

/**
 * The database or service behind a port cannot be reached, is read-only or is full. As far as we know nothing
 * was changed. The caller may try again. `reason` is for logs and people.
 */
export type Unavailable = { readonly kind: 'unavailable'; readonly reason: string };

/**
 * The result of a port or use case that does I/O. Expected failures are `Err` values, and `Unavailable` is always one
 * of them. The promise rejects only because of a bug.
 */
export type AsyncResult<T, Failure = never> = Promise<Result<T, Failure | Unavailable>>;
