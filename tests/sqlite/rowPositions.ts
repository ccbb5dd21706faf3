import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectionOver, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { sqliteStore, storeOver } from '../../adapters/sqlite/store.ts';
import { shopOver } from '../contracts/shop.ts';
import { scratchFolder } from '../processes/cleanup.ts';
import { testWorld } from '../world.ts';

/** A folder for one test. */
export const withFolder = async (run: (folder: string) => Promise<void> | void): Promise<void> => {
  const folder = scratchFolder('place', { inMemory: true });
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The path of a database with a paid order in it, which nobody has open. */
export const paidShop = async (folder: string): Promise<{ path: string; orderId: string }> => {
  const path = join(folder, 'shop.db');
  const world = testWorld();
  const store = await sqliteStore(world, { path });
  const shop = shopOver(store, world);
  const order = await shop.order(await shop.product());
  await shop.pay([order]);
  await store.close();
  return { path, orderId: order.id };
};

/** A store beside its connection, in memory. */
export const openPlace = () => {
  const world = testWorld();
  const client = openClient({ path: ':memory:' });
  migrate(client, world.clock.nowMs());
  const connection = connectionOver(client);
  const store = storeOver(connection, world);
  return { client, connection, shop: shopOver(store, world), store, world };
};
