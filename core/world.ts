import type { Timer } from './timer.ts';

/**
 * The ports to the machine: time, ids, random numbers and the turns of its event loop. A test can hold each of
 * them still, and no use case reads a clock that its caller does not know of.
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

/** Random numbers fit for secrets: nobody may guess a licence key. */
export interface Random {
  /** Uniform in [0, 1). */
  unit(): number;
  /** `length` random octets. */
  bytes(length: number): Uint8Array;
}

/** Resolves when what has arrived by now has been heard: the requests and answers of one turn of the event loop. */
export type Turn = () => Promise<void>;

export interface World {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly ids: Ids;
  readonly random: Random;
  readonly turn: Turn;
}
