import postgres from 'postgres';
import { connect } from '../../adapters/postgres/connection.ts';
import { storeOver } from '../../adapters/postgres/store.ts';
import type { TestDatabase } from '../processes/postgres.ts';
import { testWorld } from '../world.ts';

/**
 * Lends stores, each in a fresh world. The database of one that is closed is emptied and lent again with its
 * connections, since making them takes longer than most tests of it.
 */
export const lendingPostgres = (fresh: () => Promise<TestDatabase>) => {
  const all: Kept[] = [];
  const idle: Kept[] = [];
  const added = async () => {
    const kept = await opened(await fresh());
    all.push(kept);
    return kept;
  };
  const lend = async () => {
    const kept = idle.pop() ?? (await added());
    const world = testWorld();
    const close = async () => {
      await kept.empty();
      idle.push(kept);
    };
    return { store: storeOver(kept.sql, world), world, plant: kept.plant, close };
  };
  const drop = async () => {
    for (const kept of all) await kept.drop();
  };
  return { lend, drop };
};

type Kept = Awaited<ReturnType<typeof opened>>;

const opened = async ({ url, drop }: TestDatabase) => {
  const sql = connect({ url });
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const tables = await admin<{ name: string }[]>`
    select relname as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname not in ('migration', 'fold')`;
  // Few rows are deleted sooner than their tables are truncated; as a replica, in whatever order.
  const emptying = [
    'begin',
    'set local session_replication_role = replica',
    ...tables.map(({ name }) => `delete from ${name}`),
    'commit',
  ].join(';');
  return {
    sql,
    plant: {
      paymentSucceeded: async (id: string) => {
        await admin`update payment set status = 'succeeded' where id = ${id}`;
      },
      taskLost: async (id: string) => {
        await admin`delete from task where id = ${id}`;
      },
      seqOf: async (id: string) => {
        const [row] = await admin<{ seq: number }[]>`select seq from task where id = ${id}`;
        return row?.seq ?? -1;
      },
    },
    empty: async () => {
      await admin.unsafe(emptying);
    },
    drop: async () => {
      await Promise.all([sql.end(), admin.end()]);
      await drop();
    },
  };
};
