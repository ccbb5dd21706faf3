import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createFixture, type Fixture } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';
import { createScratchFolder } from './cleanup.ts';

const script = fileURLToPath(new URL('../sqlite/sqliteProcess.ts', import.meta.url));

const startProcess = (path: string) => {
  const child = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit');
  const run = async (command: string): Promise<unknown> => {
    child.stdin.write(`${command}\n`);
    const [line] = await Promise.race([once(lines, 'line'), ended]);
    if (typeof line !== 'string') throw new Error(`the process ended before it replied to ${command}`);
    return JSON.parse(line);
  };
  const end = async () => {
    child.stdin.end();
    await ended;
  };
  return { run, end };
};

describe('several processes on one SQLite file', () => {
  const folder = createScratchFolder('processes', { inMemory: true });
  const path = join(folder, 'shop.db');
  let processes: readonly ReturnType<typeof startProcess>[] = [];
  beforeAll(() => {
    processes = Array.from({ length: 4 }, () => startProcess(path));
  });
  afterAll(async () => {
    await Promise.all(processes.map(({ end }) => end()));
    rmSync(folder, { recursive: true });
  });
  /** Runs a command in all processes at the same time. Returns the result of each. */
  const runInAll = (command: string) => Promise.all(processes.map(({ run }) => run(command)));

  test('Four processes open and migrate a new file at the same time', async () => {
    const secrets = await runInAll('secret name');
    expect(secrets).toHaveLength(4);
    expect(new Set(secrets).size).toBe(1);
  }, 120_000);

  test('Four processes open a hundred new files at the same time without an error', async () => {
    expect(await runInAll(`openNew ${folder}`)).toEqual(processes.map(() => 'opened'));
  }, 120_000);

  describe('the shop in the file', () => {
    let fixture: Fixture;
    let close: () => Promise<void>;
    beforeAll(async () => {
      const world = createTestWorld();
      const store = await openSqliteStore(world, { path });
      fixture = createFixture(store, world);
      close = store.close;
    });
    afterAll(() => close());

    test('Processes never claim the same task, and leave none unclaimed', async () => {
      const product = await fixture.createProduct({ type: 'service', stock: 100 });
      const paid = await fixture.payAlone(await fixture.placeOrders(Array(100).fill(product)));
      const claimed = (await runInAll('claim service')).flat();
      expect(claimed.toSorted()).toEqual(paid.toSorted());
    }, 120_000);

    test('Processes never refund more than was paid', async () => {
      const order = await fixture.placePaidOrder(
        await fixture.createProduct({ price: { amount: 1_000, currency: 'VND' } }),
      );
      const refundIds = (await runInAll(`refund ${order.id}`)).flat();
      expect(new Set(refundIds).size).toBe(10);
      expect((await fixture.historyStates(order.id)).slice(3)).toEqual(Array(10).fill('refund_requested'));
      expect(await fixture.listTasks({ state: 'paused' })).toHaveLength(1);
    }, 120_000);
  });
});
