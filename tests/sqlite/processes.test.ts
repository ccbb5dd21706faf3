import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { sqliteStore } from '../../adapters/sqlite/store.ts';
import { shopOver } from '../contracts/shop.ts';
import { testWorld } from '../world.ts';
import { withFolder } from './place.ts';

const script = new URL('./process.ts', import.meta.url).pathname;

/** What each of `count` processes said, which all began at once. */
const atOnce = async (count: number, deed: string, path: string): Promise<readonly unknown[]> => {
  const children = Array.from({ length: count }, () =>
    Bun.spawn([process.execPath, script, deed, path], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' }),
  );
  for (const { stdin } of children) stdin.end();
  return Promise.all(children.map(async ({ stdout }) => JSON.parse(await new Response(stdout).text())));
};

describe('processes side by side on one SQLite file', () => {
  test(
    'open and migrate a new one at once',
    () =>
      withFolder(async (folder) => {
        const secrets = await atOnce(4, 'open', join(folder, 'shop.db'));
        expect(secrets).toHaveLength(4);
        expect(new Set(secrets).size).toBe(1);
      }),
    30_000,
  );

  test(
    'never take the same task, and leave none',
    () =>
      withFolder(async (folder) => {
        const path = join(folder, 'shop.db');
        const world = testWorld();
        const store = await sqliteStore(world, { path });
        const shop = shopOver(store, world);
        const product = await shop.product({ type: 'service', stock: 100 });
        const paid = await shop.pay(await shop.orders(Array(100).fill(product)));
        await store.close();

        const taken = (await atOnce(2, 'take', path)).flat();
        expect(taken.toSorted()).toEqual(paid.toSorted());
      }),
    30_000,
  );

  test(
    'never give back more than was paid',
    () =>
      withFolder(async (folder) => {
        const path = join(folder, 'shop.db');
        const world = testWorld();
        const store = await sqliteStore(world, { path });
        const shop = shopOver(store, world);
        const order = await shop.paid(await shop.product({ price: { amount: 1_000, currency: 'VND' } }));

        const granted = (await atOnce(2, 'refund', path)).flat();
        expect(new Set(granted).size).toBe(10);
        expect((await shop.history(order.id)).slice(3)).toEqual(Array(10).fill('refund_requested'));
        expect(await shop.tasks({ state: 'waiting' })).toHaveLength(1);
        await store.close();
      }),
    30_000,
  );
});
