import { err } from 'neverthrow';
import { commandKeyRetentionMs } from '../../core/commandKey.ts';
import { finishedRetentionMs } from '../../core/queue.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { createPruneCounted } from './checkout/countedCheckouts.ts';
import type { Connection } from './connection.ts';

/** Rows in one transaction, so that neither checkouts nor other requests wait long for it. */
const sliceRows = 1_000;

type PruneSlice = (nowMs: number) => boolean;

/** See `Store.prune`. After a long stop there is much to delete, so others have their turn after each slice. */
export const createPrune = (
  connection: Connection,
  { yieldToEventLoop }: Pick<World, 'yieldToEventLoop'>,
  indexNoted: () => ReturnType<Store['prune']>,
): Store['prune'] => {
  const slices: readonly PruneSlice[] = [
    createPruneTable(connection, 'finished_tasks', 'at_ms', finishedRetentionMs),
    createPruneTable(connection, 'command_key', 'created_ms', commandKeyRetentionMs),
    createPruneCounted(connection),
  ];
  return async (nowMs) => {
    for (const slice of slices)
      for (let isMore = true; isMore; ) {
        const pruned = connection.write(() => slice(nowMs));
        if (pruned.isErr()) return err(pruned.error);
        isMore = pruned.value;
        await yieldToEventLoop();
      }
    // A process that was killed after an upsert has left some.
    return indexNoted();
  };
};

/** Deletes one slice of the rows that are older. Returns whether there may be more. */
const createPruneTable = (
  { client }: Connection,
  table: string,
  column: string,
  keptMs: number,
): PruneSlice => {
  const prune = client.prepare<[number, number]>(
    `delete from ${table} where rowid in (select rowid from ${table} where ${column} < ? limit ?)`,
  );
  return (nowMs) => prune.run(nowMs - keptMs, sliceRows).changes === sliceRows;
};
