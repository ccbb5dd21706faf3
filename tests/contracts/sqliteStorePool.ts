import { createConnection, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver } from '../../adapters/sqlite/store.ts';
import type { World } from '../../core/world.ts';
import { numberPrefix } from '../numberPrefix.ts';
import { createTestWorld } from '../world.ts';

/**
 * Opens stores, each in a new world. When a store is closed, it is emptied and used again, because preparing the
 * statements of a store takes longer than most tests.
 */
export const createSqliteStorePool = (newPath: () => string) => {
  const idle: PooledStore[] = [];
  const open = async () => {
    const pooled = idle.pop() ?? openPooled(newPath());
    const world = createTestWorld();
    pooled.setWorld(world);
    const { store, backdoor } = pooled;
    const close = async () => {
      pooled.empty();
      idle.push(pooled);
    };
    return { store, world, backdoor, close };
  };
  return { open };
};

type PooledStore = ReturnType<typeof openPooled>;

const openPooled = (path: string) => {
  const client = openClient({ path });
  const { world, setWorld } = createReplaceableWorld();
  migrate(client, world.clock.nowMs());
  const store = createStoreOver(createConnection(client), world, { numberPrefix });
  // Newest table first, because a table is created after those that it refers to. Turning foreign keys off instead
  // would make SQLite prepare every statement again.
  const tables = client
    .prepare<[], string>(`select name from pragma_table_list join sqlite_schema using (name)
      where pragma_table_list.type in ('table', 'virtual') and name != 'migration'
      order by sqlite_schema.rowid desc`)
    .pluck()
    .all();
  const deletes = tables.map((name) => client.prepare(`delete from ${name}`));
  return {
    store,
    setWorld,
    backdoor: {
      markPaymentSucceeded: async (id: string) => {
        client.prepare(`update payment set status = 'succeeded' where id = ?`).run(id);
      },
      deleteTask: async (id: string) => {
        client.prepare('delete from task where id = ?').run(id);
      },
      historySeqsOf: async (id: string) =>
        JSON.parse(
          client.prepare<[string], string>('select seqs from task where id = ?').pluck().get(id) ?? 'null',
        ),
      storedRequests: async () =>
        client
          .prepare<[], string>(`select body from step_ledger where body is not null
             union all select body from invoice_request where body is not null`)
          .pluck()
          .all(),
      setHeld: async (id: string, held: number) => {
        client.prepare('update orders set held = ? where id = ?').run(held, id);
      },
      setUnits: async (id: string, units: number) => {
        client.prepare('update stock set units = ? where product_id = ?').run(units, id);
      },
      attachedBytes: async (id: string) =>
        client
          .prepare<[string], Buffer>('select contents from captured_mail where message_id = ?')
          .pluck()
          .get(id) ?? Buffer.of(),
      allTexts: async () =>
        tables.flatMap((name) =>
          client
            .prepare<[], unknown[]>(`select * from ${name}`)
            .raw()
            .all()
            .map((row) => `${name}: ${row.map(String).join(' | ')}`),
        ),
    },
    empty: client.transaction(() => {
      for (const statement of deletes) statement.run();
    }),
  };
};

/** A world that delegates to the one set last. */
const createReplaceableWorld = () => {
  let current: World = createTestWorld();
  const world: World = {
    clock: { nowMs: () => current.clock.nowMs() },
    timer: {
      after: (...args) => current.timer.after(...args),
      deadline: (ms) => current.timer.deadline(ms),
    },
    ids: { next: (atMs) => current.ids.next(atMs) },
    random: { unit: () => current.random.unit(), bytes: (length) => current.random.bytes(length) },
    yieldToEventLoop: () => current.yieldToEventLoop(),
    traceparent: () => current.traceparent(),
    get shop() {
      return current.shop;
    },
    get calendar() {
      return current.calendar;
    },
  };
  const setWorld = (next: World) => {
    current = next;
  };
  return { world, setWorld };
};
