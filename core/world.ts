/**
 * What core may know of the outside: the time, fresh ids, chance and when others have had their turn. They are
 * ports so that a test can hold them still, and so that no use case reads a clock behind its caller's back.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. A fleet's clocks must agree to well within a lease. */
export interface Clock {
  nowMs(): number;
}

/** Makes UUIDv7 strings (RFC 9562) in lower case, strictly increasing within one process. */
export interface Ids {
  /** The id embeds `atMs`; ids made for the same millisecond still increase. */
  next(atMs: number): string;
}

/** Chance good enough for secrets: a licence key must not be guessable. */
export interface Chance {
  /** Uniform in [0, 1). */
  unit(): number;
  /** `length` random octets. */
  bytes(length: number): Uint8Array;
}

/** Resolves when what has arrived by now has been heard: the requests and answers of one turn of the event loop. */
export type Turn = () => Promise<void>;

export interface World {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly chance: Chance;
  readonly turn: Turn;
}
