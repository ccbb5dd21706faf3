import { describe } from 'bun:test';
import postgres from 'postgres';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { postgresAvailable, testDatabase } from '../runtime/postgres.ts';
import { testWorld } from '../world.ts';
import { storeContract } from './all.ts';

describe.skipIf(!(await postgresAvailable()))('a real PostgreSQL', () => {
  storeContract('postgres', async () => {
    const world = testWorld();
    const database = await testDatabase();
    const store = await postgresStore(world, { url: database.url });
    const plant = {
      paymentSucceeded: (id: string) => damage(database.url, `update payment set status = 'succeeded'`, id),
      taskLost: (id: string) => damage(database.url, 'delete from task', id),
    };
    const close = async () => {
      await store.close();
      await database.drop();
    };
    return { store, world, plant, close };
  });
});

/** `change` is done to the row of this id. */
const damage = async (url: string, change: string, id: string): Promise<void> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`${change} where id = $1`, [id]);
  await sql.end();
};
