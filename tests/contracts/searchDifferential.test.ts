import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { searchDifferential } from './searchDifferential.ts';
import type { OpenStore } from './testContext.ts';

const memory: OpenStore = async () => {
  const world = createTestWorld();
  const store = createMemoryStore(world);
  return { store, world, close: store.close };
};

const sqlite: OpenStore = async () => {
  const world = createTestWorld();
  const store = await openSqliteStore(world, { path: ':memory:' });
  return { store, world, close: store.close };
};

const postgres: OpenStore = async () => {
  const world = createTestWorld();
  const database = await createTestDatabase();
  const store = await openPostgresStore(world, { url: database.url });
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
