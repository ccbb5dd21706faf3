import type { Result } from 'neverthrow';
import {
  type CommandKey,
  judgeStoredCommand,
  type KeyReused,
  type Replayable,
  type StoredCommand,
} from '../../../core/commandKey.ts';
import type { Connection } from '../connection.ts';

export type RunOnce = <T, F>(
  key: CommandKey,
  nowMs: number,
  run: () => Result<T, F>,
) => Result<Replayable<T>, F | KeyReused>;

/** Runs a command under its key, see `CommandKey`. Runs in the caller's transaction: its write lock is the wait. */
export const createRunOnce = ({ client }: Connection): RunOnce => {
  const find = client.prepare<[string, string, string], StoredCommand>(
    'select fingerprint, value from command_key where key = ? and route = ? and caller_id = ?',
  );
  const insert = client.prepare<[string, string, string, string, string, number]>(
    'insert into command_key (key, route, caller_id, fingerprint, value, created_ms) values (?, ?, ?, ?, ?, ?)',
  );
  return (commandKey, nowMs, run) => {
    const { key, route, callerId, fingerprint } = commandKey;
    const stored = find.get(key, route, callerId);
    if (stored !== undefined) return judgeStoredCommand(commandKey, stored);
    return run().map((value) => {
      insert.run(key, route, callerId, fingerprint, JSON.stringify(value), nowMs);
      return { value, replayed: false };
    });
  };
};
