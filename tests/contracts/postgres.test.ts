import { describe } from 'bun:test';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { postgresAvailable, testDatabase } from '../runtime/postgres.ts';
import { testWorld } from '../world.ts';
import { storeContract } from './all.ts';

describe.skipIf(!(await postgresAvailable()))('a real PostgreSQL', () => {
  storeContract('postgres', async () => {
    const world = testWorld();
    const database = await testDatabase();
    const store = await postgresStore(world, { url: database.url });
    const close = async () => {
      await store.close();
      await database.drop();
    };
    return { store, world, close };
  });
});
