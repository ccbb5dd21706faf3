import type { Log } from '../core/log.ts';
import type { Clock } from '../core/world.ts';

export type OutageLog = {
  /** `who` could not reach the store. */
  failed(who: string, reason: string): void;
  /** `who` could, now. */
  recovered(who: string): void;
};

/** Tells of an outage once, and once when it is over, however many loops run into it and how often. */
export const createOutageLog = (log: Log, clock: Clock): OutageLog => {
  const cutOff = new Set<string>();
  let sinceMs = 0;
  return {
    failed: (who, reason) => {
      if (cutOff.size === 0) {
        sinceMs = clock.nowMs();
        log.warn('the store is unavailable, work waits', { reason });
      }
      cutOff.add(who);
    },
    recovered: (who) => {
      if (!cutOff.delete(who) || cutOff.size > 0) return;
      log.info('the store is available again', { afterMs: clock.nowMs() - sinceMs });
    },
  };
};
