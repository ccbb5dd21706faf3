import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectionOver, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { storeOver } from '../../adapters/sqlite/store.ts';
import { scratchFolder } from '../runtime/keeper.ts';
import { testWorld } from '../world.ts';
import { storeContract } from './all.ts';

const opened = (path: string) => {
  const world = testWorld();
  const client = openClient({ path });
  migrate(client, world.clock.nowMs());
  const store = storeOver(connectionOver(client), world);
  const plant = {
    paymentSucceeded: async (id: string) => {
      client.prepare(`update payment set status = 'succeeded' where id = ?`).run(id);
    },
    taskLost: async (id: string) => {
      client.prepare('delete from task where id = ?').run(id);
    },
  };
  return { store, world, plant, close: store.close };
};

storeContract('sqlite in memory', async () => opened(':memory:'));

storeContract('sqlite in a file', async () => {
  const folder = scratchFolder('contract', { inMemory: true });
  const { close: closeStore, ...rest } = opened(join(folder, 'shop.db'));
  const close = async () => {
    await closeStore();
    rmSync(folder, { recursive: true });
  };
  return { ...rest, close };
});
