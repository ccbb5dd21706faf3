import type { Log } from '../../core/log.ts';
import type { Clock } from '../../core/world.ts';

/** Writes what a caller can repeat without end. The `key` is the message if none is given, and of a small set. */
export type CountedLines = {
  warn(message: string, fields?: Readonly<Record<string, unknown>>, key?: string): void;
};

const pauseMs = 60_000;

/** Logs the first line of a key at once. Repetitions are counted, and logged with the number at most once a minute. */
export const createCountedLines = (log: Pick<Log, 'warn'>, clock: Clock): CountedLines => {
  const known = new Map<string, { loggedMs: number; count: number }>();
  return {
    warn: (message, fields = {}, key = message) => {
      const entry = known.get(key);
      if (entry === undefined) {
        known.set(key, { loggedMs: clock.nowMs(), count: 0 });
        log.warn(message, fields);
        return;
      }
      entry.count++;
      if (clock.nowMs() - entry.loggedMs < pauseMs) return;
      log.warn(message, { ...fields, count: entry.count });
      known.set(key, { loggedMs: clock.nowMs(), count: 0 });
    },
  };
};
