import type Database from 'better-sqlite3';
import type { Clock } from '../../core/world.ts';
import type { SlowStatements } from '../stored/slowStatements.ts';

const calls = ['run', 'get', 'all'] as const;

/** Measures each statement that is prepared from now on. The wait for another process's lock counts. */
export const watchSlowStatements = (
  client: Database.Database,
  { ms: slowMs, onSlow }: SlowStatements,
  clock: Clock,
): void => {
  const prepare = client.prepare.bind(client);
  const measured = <S extends Database.Statement>(statement: S, text: string): S => {
    for (const name of calls) {
      const call: (...values: unknown[]) => unknown = statement[name].bind(statement);
      const value = (...values: unknown[]): unknown => {
        const startedMs = clock.nowMs();
        try {
          return call(...values);
        } finally {
          const tookMs = clock.nowMs() - startedMs;
          if (tookMs >= slowMs) onSlow(tookMs, text);
        }
      };
      Object.defineProperty(statement, name, { value });
    }
    return statement;
  };
  Object.defineProperty(client, 'prepare', {
    value: (text: string) => measured(prepare(text), text),
    writable: true,
  });
};
