import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver, openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createFixture } from '../contracts/fixture.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { createTestWorld } from '../world.ts';

/** Runs a test with a new folder, and deletes the folder afterwards. */
export const withTestFolder = async (run: (folder: string) => Promise<void> | void): Promise<void> => {
  const folder = createScratchFolder('sqlite', { inMemory: true });
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Creates a database file with a paid order, and closes it. Returns its path and the order's id. */
export const createDatabaseWithPaidOrder = async (
  folder: string,
): Promise<{ path: string; orderId: string }> => {
  const path = join(folder, 'shop.db');
  const world = createTestWorld();
  const store = await openSqliteStore(world, { path });
  const shop = createFixture(store, world);
  const order = await shop.placeOrder(await shop.createProduct());
  await shop.pay([order]);
  await store.close();
  return { path, orderId: order.id };
};

/** A store in memory, with its connection and its client. */
export const openTestStore = () => {
  const world = createTestWorld();
  const client = openClient({ path: ':memory:' });
  migrate(client, world.clock.nowMs());
  const connection = createConnection(client);
  const store = createStoreOver(connection, world);
  return { client, connection, shop: createFixture(store, world), store, world };
};
