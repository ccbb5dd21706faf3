import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteStore } from '../../adapters/sqlite/store.ts';
import { testWorld } from '../world.ts';
import { storeContract } from './all.ts';

storeContract('sqlite in memory', async () => {
  const world = testWorld();
  const store = await sqliteStore(world, { path: ':memory:' });
  return { store, world, close: store.close };
});

storeContract('sqlite in a file', async () => {
  const world = testWorld();
  const folder = await mkdtemp(join(tmpdir(), 'cartwright-'));
  const store = await sqliteStore(world, { path: join(folder, 'shop.db') });
  const close = async () => {
    await store.close();
    await rm(folder, { recursive: true });
  };
  return { store, world, close };
});
