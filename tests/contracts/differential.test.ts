import { postgresStore } from '../../adapters/postgres/store.ts';
import { sqliteStore } from '../../adapters/sqlite/store.ts';
import { createMemoryStore } from '../model/store.ts';
import { postgresAvailable, testDatabase } from '../processes/postgres.ts';
import { testWorld } from '../world.ts';
import { searchDifferential } from './differential.ts';
import type { Open } from './open.ts';

const memory: Open = async () => {
  const world = testWorld();
  const store = createMemoryStore(world);
  return { store, world, close: store.close };
};

const sqlite: Open = async () => {
  const world = testWorld();
  const store = await sqliteStore(world, { path: ':memory:' });
  return { store, world, close: store.close };
};

const postgres: Open = async () => {
  const world = testWorld();
  const database = await testDatabase();
  const store = await postgresStore(world, { url: database.url });
  const close = async () => {
    await store.close();
    await database.drop();
  };
  return { store, world, close };
};

searchDifferential([
  { name: 'memory', open: memory },
  { name: 'sqlite', open: sqlite },
  ...((await postgresAvailable()) ? [{ name: 'postgres', open: postgres }] : []),
]);
