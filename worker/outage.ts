import type { Log } from '../core/log.ts';
import type { Unavailable } from '../core/result.ts';
import type { Clock } from '../core/world.ts';

export type OutageLog = {
  /** `caller` could not reach the store. */
  failed(caller: string, failure: Unavailable): void;
  /** `caller` has reached the store. */
  recovered(caller: string): void;
};

/** Logs the start and the end of an outage once each, however many loops fail in it and how often. */
export const createOutageLog = (log: Log, clock: Clock): OutageLog => {
  const affected = new Set<string>();
  let sinceMs = 0;
  return {
    failed: (caller, { reason, database }) => {
      if (affected.size === 0) {
        sinceMs = clock.nowMs();
        log.warn('the database is unavailable; work waits until it is back', {
          reason,
          ...(database && { database }),
        });
      }
      affected.add(caller);
    },
    recovered: (caller) => {
      if (!affected.delete(caller) || affected.size > 0) return;
      log.info('the database is available again', { afterMs: clock.nowMs() - sinceMs });
    },
  };
};
