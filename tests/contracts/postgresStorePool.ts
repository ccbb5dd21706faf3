import postgres from 'postgres';
import { connect } from '../../adapters/postgres/connection.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import { numberPrefix } from '../numberPrefix.ts';
import type { TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

/**
 * Opens stores, each in a new world. When a store is closed, its database is emptied and used again with its
 * connections, because creating them takes longer than most tests.
 */
export const createPostgresStorePool = (createDatabase: () => Promise<TestDatabase>) => {
  const all: PooledDatabase[] = [];
  const idle: PooledDatabase[] = [];
  const addDatabase = async () => {
    const pooled = await openDatabase(await createDatabase());
    all.push(pooled);
    return pooled;
  };
  const open = async () => {
    const pooled = idle.pop() ?? (await addDatabase());
    const world = createTestWorld();
    const close = async () => {
      await pooled.empty();
      idle.push(pooled);
    };
    return {
      store: createStore(pooled.sql, world, { numberPrefix }),
      world,
      backdoor: pooled.backdoor,
      close,
    };
  };
  const dropAll = async () => {
    for (const pooled of all) await pooled.drop();
  };
  return { open, dropAll };
};

type PooledDatabase = Awaited<ReturnType<typeof openDatabase>>;

const openDatabase = async ({ url, drop }: TestDatabase) => {
  const sql = connect({ url });
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const tables = await admin<{ name: string }[]>`
    select relname as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname not in ('migration', 'search_version')`;
  // Deleting a few rows is faster than truncating. The role `replica` turns foreign keys off, so any order works.
  const deleteRows = [
    'begin',
    'set local session_replication_role = replica',
    ...tables.map(({ name }) => `delete from ${name}`),
    'commit',
  ].join(';');
  return {
    sql,
    backdoor: {
      markPaymentSucceeded: async (id: string) => {
        await admin`update payment set status = 'succeeded' where id = ${id}`;
      },
      deleteTask: async (id: string) => {
        await admin`delete from task where id = ${id}`;
      },
      historySeqsOf: async (id: string) => {
        const [row] = await admin<{ seqs: number[] }[]>`select seqs from task where id = ${id}`;
        return row?.seqs ?? [-1];
      },
      storedRequests: async () => {
        const rows = await admin<{ body: string }[]>`
          select body from step_ledger where body is not null
          union all select body from invoice_request where body is not null`;
        return rows.map(({ body }) => body);
      },
      setHeld: async (id: string, held: number) => {
        await admin`update orders set held = ${held} where id = ${id}`;
      },
      setUnits: async (id: string, units: number) => {
        await admin`update stock set units = ${units} where product_id = ${id}`;
      },
      attachedBytes: async (id: string) => {
        const [row] = await admin<{ contents: Buffer | null }[]>`
          select contents from captured_mail where message_id = ${id}`;
        return row?.contents ?? Buffer.of();
      },
      allTexts: async () => {
        const texts = [];
        for (const { name } of tables) {
          const rows = await admin<{ text: string }[]>`
            select e.key || ': ' || coalesce(e.value, '') as text
            from ${admin(name)} t cross join jsonb_each_text(to_jsonb(t)) e`;
          texts.push(...rows.map(({ text }) => `${name}: ${text}`));
        }
        return texts;
      },
    },
    empty: async () => {
      await admin.unsafe(deleteRows);
    },
    drop: async () => {
      await Promise.all([sql.end(), admin.end()]);
      await drop();
    },
  };
};
