import type { Calendar } from './calendar.ts';
import type { Shop } from './invoice.ts';
import type { Timer } from './timer.ts';
import type { Traceparent } from './trace.ts';

/**
 * Ports to the machine: time, timers, ids, random values and the event loop. No other code in core or the use cases
 * reads a clock or a random source, so a test can control all of them.
 */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. The clocks of all processes must differ by much less than a lease. */
  nowMs(): number;
}

/** Creates UUIDv7 strings (RFC 9562) in lower case, strictly increasing within one process. */
export interface Ids {
  /** The id contains `atMs` (ms since the epoch). Ids created for the same millisecond still increase. */
  next(atMs: number): string;
}

/** Cryptographically secure random values: licence keys must be impossible to guess. */
export interface Random {
  /** A number, uniform in [0, 1). */
  unit(): number;
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}

/** Resolves after the event loop has handled the requests and responses that have already arrived. */
export type YieldToEventLoop = () => Promise<void>;

export interface World {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly ids: Ids;
  readonly random: Random;
  readonly yieldToEventLoop: YieldToEventLoop;
  /** The days and years of the shop's time zone. */
  readonly calendar: Calendar;
  /** The shop as its documents name it. */
  readonly shop: Shop;
  readonly traceparent: Traceparent;
}
