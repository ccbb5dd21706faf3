import type { Log } from './log.ts';
import type { Timer } from './timer.ts';

type Level = 'warn' | 'error';
type Fields = Readonly<Record<string, unknown>>;

/**
 * Writes what a caller outside, or an outage, can repeat without end. The first line of a `key` is written at once.
 * Repetitions within a minute are counted, and become one line with their `count` and the newest fields. The `key` is
 * the message if none is given. It must not come from a request, so that there are few.
 */
export type CountedLog = Readonly<Record<Level, (message: string, fields?: Fields, key?: string) => void>>;

const periodMs = 60_000;

export const createCountedLog = (log: Pick<Log, Level>, timer: Timer): CountedLog => {
  const repeated = new Map<string, { count: number; fields: Fields }>();

  const writerOf = (level: Level): CountedLog[Level] => {
    const startPeriod = (id: string, message: string): void => {
      timer.after(periodMs, () => endPeriod(id, message), { background: true });
    };
    const endPeriod = (id: string, message: string): void => {
      const { count, fields } = repeated.get(id) ?? { count: 0, fields: {} };
      if (count === 0) {
        repeated.delete(id);
        return;
      }
      repeated.set(id, { count: 0, fields: {} });
      log[level](message, { ...fields, count });
      startPeriod(id, message);
    };
    return (message, fields = {}, key = message) => {
      const id = `${level} ${key}`;
      const known = repeated.get(id);
      if (known !== undefined) {
        repeated.set(id, { count: known.count + 1, fields });
        return;
      }
      repeated.set(id, { count: 0, fields: {} });
      log[level](message, fields);
      startPeriod(id, message);
    };
  };

  return { warn: writerOf('warn'), error: writerOf('error') };
};
