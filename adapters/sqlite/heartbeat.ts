import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { err, ok } from 'neverthrow';
import type { AsyncResult } from '../../core/result.ts';
import type { DatabaseClock } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import type { Connection } from './connection.ts';

/** With less free space, the next checkpoint or the next large transaction may fail. */
const freeBytesMin = 1_048_576;

/** Checks that the database does what this process needs. It has no clock but that of this machine. */
export const createHeartbeat = (
  { client, write, runStatement, checkFile }: Connection,
  { clock }: World,
  readOnly: boolean,
): (() => AsyncResult<DatabaseClock>) => {
  const beat = client.prepare<[number]>(
    'insert into heartbeat (id, at_ms) values (1, ?) on conflict (id) do update set at_ms = excluded.at_ms',
  );
  const read = client.prepare('select at_ms from heartbeat where id = 1');
  const folder = dirname(client.name);
  const hasRoom = () => {
    if (client.memory) return true;
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= freeBytesMin;
  };

  return async () => {
    const checked = checkFile().andThen(() =>
      readOnly ? runStatement(() => read.get()) : write(() => beat.run(clock.nowMs())),
    );
    if (checked.isErr()) return err(checked.error);
    if (!readOnly && !hasRoom()) return err({ kind: 'unavailable', reason: 'the disk is full' });
    return ok({ nowMs: null });
  };
};
