import type { Result } from 'neverthrow';

/**
 * The store or service behind a port cannot be reached, is read-only or is full. Nothing is known to be
 * changed; a caller may try again. Every port that does I/O can fail so, thus `Answer` has it built in.
 */
export type Unavailable = { readonly kind: 'unavailable'; readonly reason: string };

/** What a port or a use case answers: never throws for an operating error, throws only for a bug. */
export type AsyncResult<T, Failure = never> = Promise<Result<T, Failure | Unavailable>>;
