import { memoryStore } from '../../adapters/memory/store.ts';
import { testWorld } from '../world.ts';
import { storeContract } from './all.ts';

storeContract('memory', async () => {
  const world = testWorld();
  const store = memoryStore(world);
  return { store, world, close: store.close };
});
