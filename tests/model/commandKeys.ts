import type { Result } from 'neverthrow';
import {
  type CommandKey,
  commandKeyRetentionMs,
  identityOf,
  judgeStoredCommand,
  type KeyReused,
  type Replayable,
} from '../../core/commandKey.ts';
import { runTransaction, type Tables, type Writes } from './tables.ts';

/** Runs a command under its key, see `CommandKey`. */
export const runOnce = <T, F>(
  tables: Tables,
  writes: Writes,
  commandKey: CommandKey,
  nowMs: number,
  run: () => Result<T, F>,
): Result<Replayable<T>, F | KeyReused> => {
  const stored = tables.commandKeys.get(identityOf(commandKey));
  if (stored !== undefined) return judgeStoredCommand(commandKey, stored);
  return run().map((value) => {
    const { fingerprint } = commandKey;
    const row = { fingerprint, value: JSON.stringify(value), createdAtMs: nowMs };
    writes.set(tables.commandKeys, identityOf(commandKey), row);
    return { value, replayed: false };
  });
};

export const pruneCommandKeys = (tables: Tables, nowMs: number): void =>
  runTransaction((writes) => {
    for (const [identity, { createdAtMs }] of tables.commandKeys)
      if (createdAtMs < nowMs - commandKeyRetentionMs) writes.remove(tables.commandKeys, identity);
  });
