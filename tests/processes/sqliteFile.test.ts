import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sqliteStore } from '../../adapters/sqlite/store.ts';
import { type Shop, shopOver } from '../contracts/shop.ts';
import { testWorld } from '../world.ts';
import { scratchFolder } from './cleanup.ts';

const script = fileURLToPath(new URL('./sqliteProcess.ts', import.meta.url));

const processOn = (path: string) => {
  const child = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = createInterface({ input: child.stdout });
  const ended = once(child, 'exit');
  const ask = async (deed: string): Promise<unknown> => {
    child.stdin.write(`${deed}\n`);
    const [line] = await Promise.race([once(said, 'line'), ended]);
    if (typeof line !== 'string') throw new Error(`the process ended before it did its ${deed}`);
    return JSON.parse(line);
  };
  const end = async () => {
    child.stdin.end();
    await ended;
  };
  return { ask, end };
};

describe('processes side by side on one SQLite file', () => {
  const folder = scratchFolder('processes', { inMemory: true });
  const path = join(folder, 'shop.db');
  let processes: readonly ReturnType<typeof processOn>[] = [];
  beforeAll(() => {
    processes = Array.from({ length: 4 }, () => processOn(path));
  });
  afterAll(async () => {
    await Promise.all(processes.map(({ end }) => end()));
    rmSync(folder, { recursive: true });
  });
  /** What each of them said, who all began at once. */
  const atOnce = (deed: string) => Promise.all(processes.map(({ ask }) => ask(deed)));

  test('open and migrate a new one at once', async () => {
    const secrets = await atOnce('secret name');
    expect(secrets).toHaveLength(4);
    expect(new Set(secrets).size).toBe(1);
  }, 30_000);

  test('open new files at once, and none is turned away', async () => {
    expect(await atOnce(`openNew ${folder}`)).toEqual(processes.map(() => 'opened'));
  }, 30_000);

  describe('in a shop', () => {
    let shop: Shop;
    let close: () => Promise<void>;
    beforeAll(async () => {
      const world = testWorld();
      const store = await sqliteStore(world, { path });
      shop = shopOver(store, world);
      close = store.close;
    });
    afterAll(() => close());

    test('never take the same task, and leave none', async () => {
      const product = await shop.product({ type: 'service', stock: 100 });
      const paid = await shop.pay(await shop.orders(Array(100).fill(product)));
      const taken = (await atOnce('take service')).flat();
      expect(taken.toSorted()).toEqual(paid.toSorted());
    }, 30_000);

    test('never give back more than was paid', async () => {
      const order = await shop.paid(await shop.product({ price: { amount: 1_000, currency: 'VND' } }));
      const granted = (await atOnce(`refund ${order.id}`)).flat();
      expect(new Set(granted).size).toBe(10);
      expect((await shop.history(order.id)).slice(3)).toEqual(Array(10).fill('refund_requested'));
      expect(await shop.tasks({ state: 'paused' })).toHaveLength(1);
    }, 30_000);
  });
});
