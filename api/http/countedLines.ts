import type { Log } from '../../core/log.ts';
import type { Clock } from '../../core/world.ts';

const pauseMs = 60_000;

/**
 * Logs the first event of a kind at once, and later ones at most once a minute with their number. So a client in a loop
 * cannot flood the log. `kind` must come from a small set: each one is kept.
 */
export const createCountedLines = (log: Pick<Log, 'warn'>, clock: Clock) => {
  const kinds = new Map<string, { loggedMs: number; count: number }>();
  return (message: string, kind: string): void => {
    const key = `${message}\n${kind}`;
    const entry = kinds.get(key) ?? { loggedMs: Number.NEGATIVE_INFINITY, count: 0 };
    kinds.set(key, entry);
    entry.count++;
    if (clock.nowMs() - entry.loggedMs < pauseMs) return;
    log.warn(message, { reason: kind, count: entry.count });
    entry.loggedMs = clock.nowMs();
    entry.count = 0;
  };
};
