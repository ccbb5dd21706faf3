import { connectionOver, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { storeOver } from '../../adapters/sqlite/store.ts';
import type { World } from '../../core/world.ts';
import { testWorld } from '../world.ts';

/**
 * Lends stores, each in a fresh world. One that is closed is emptied and lent again, since preparing the
 * statements of a store takes longer than most tests of it.
 */
export const lendingSqlite = (freshPath: () => string) => {
  const idle: Kept[] = [];
  return async () => {
    const kept = idle.pop() ?? opened(freshPath());
    const world = testWorld();
    kept.enter(world);
    const { store, plant } = kept;
    const close = async () => {
      kept.empty();
      idle.push(kept);
    };
    return { store, world, plant, close };
  };
};

type Kept = ReturnType<typeof opened>;

const opened = (path: string) => {
  const client = openClient({ path });
  const { world, enter } = worldOfTheDay();
  migrate(client, world.clock.nowMs());
  const store = storeOver(connectionOver(client), world);
  // The newest first, since a table comes after those it refers to. To set the foreign keys aside for as long
  // would have every statement prepared anew.
  const tables = client
    .prepare<[], string>(`select name from pragma_table_list join sqlite_schema using (name)
      where pragma_table_list.type in ('table', 'virtual') and name != 'migration'
      order by sqlite_schema.rowid desc`)
    .pluck()
    .all();
  const emptying = tables.map((name) => client.prepare(`delete from ${name}`));
  return {
    store,
    enter,
    plant: {
      paymentSucceeded: async (id: string) => {
        client.prepare(`update payment set status = 'succeeded' where id = ?`).run(id);
      },
      taskLost: async (id: string) => {
        client.prepare('delete from task where id = ?').run(id);
      },
      seqOf: async (id: string) =>
        client.prepare<[string], number>('select seq from task where id = ?').pluck().get(id) ?? -1,
    },
    empty: client.transaction(() => {
      for (const each of emptying) each.run();
    }),
  };
};

/** Stands for whichever world was entered last. */
const worldOfTheDay = () => {
  let today: World = testWorld();
  const world: World = {
    clock: { nowMs: () => today.clock.nowMs() },
    timer: {
      after: (...asked) => today.timer.after(...asked),
      deadline: (ms) => today.timer.deadline(ms),
    },
    ids: { next: (atMs) => today.ids.next(atMs) },
    random: { unit: () => today.random.unit(), bytes: (length) => today.random.bytes(length) },
    turn: () => today.turn(),
  };
  const enter = (one: World) => {
    today = one;
  };
  return { world, enter };
};
