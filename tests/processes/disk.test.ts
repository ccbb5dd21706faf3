import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { killOnExit } from './cleanup.ts';
import {
  addProduct,
  type Client,
  createClient,
  expectStatus,
  placeOrder,
  textAt,
  waitForStatus,
} from './client.ts';
import { deno, killAllApps, launchApp, startApp, stopApp } from './processes.ts';
import { freePort } from './server.ts';
import { mountTinyDisk } from './tinyDisk.ts';
import { tokenFor } from './tokens.ts';

const disk = mountTinyDisk(16);
const databaseUrl = `sqlite:${join(disk?.directory ?? '', 'shop.db')}`;

afterEach(killAllApps);
afterAll(() => disk?.remove());

describe.skipIf(disk === null)('a SQLite file on a small disk', () => {
  test('A full disk causes 503s, loses no acknowledged order, and works again once there is space', async () => {
    const app = await startApp({ databaseUrl });
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = createClient(app.url, await tokenFor('an@shop.test'));
    const productId = await addProduct(operator, { code: 'LAST' });
    const firstOrderId = await placeOrder(customer, productId);

    const freeSpace = disk?.fill();
    const { placed, refused } = await placeUntilRefused(customer, productId);
    expectStatus(refused, 503);
    const key = crypto.randomUUID();
    expectStatus(await customer.checkOut(key, [firstOrderId], 'pm_card_visa'), 503);
    expectStatus(await customer.get('/orders?limit=1'), 200);
    await app.waitForOutput('the database cannot be used');
    expectStatus(await customer.get('/health/ready'), 503);

    freeSpace?.();
    await app.ready();
    expectStatus(await customer.checkOut(key, [firstOrderId], 'pm_card_visa'), 202);
    await waitForStatus(customer, firstOrderId, 'completed');
    for (const id of placed) expectStatus(await customer.get(`/orders/${id}`), 200);
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
  }, 120_000);

  test.each(['shop.db', 'new.db'])(
    'A start with %s on a full disk is refused and says to make room',
    async (name) => {
      const freeSpace = disk?.fill();
      const app = await launchApp({ databaseUrl: `sqlite:${join(disk?.directory ?? '', name)}` });
      expect(await app.stopped).toEqual({ code: 1, signal: null });
      expect(app.output()).toContain('make room on the disk');
      freeSpace?.();
    },
  );

  test('A read-only SQLite file prevents the start', async () => {
    disk?.makeReadOnly();
    const app = await launchApp({ databaseUrl });
    expect(await app.stopped).toEqual({ code: 1, signal: null });
    expect(app.output()).toContain('shop.db');
  });
});

// Each write to this file finds no room, as one to a file on a full disk does.
describe.skipIf(!existsSync('/dev/full'))('A log on a full disk', () => {
  test.each([
    ['Bun', [process.execPath]],
    ['Deno', [deno, 'run', '-A', '--quiet']],
  ] as const)(
    'It ends no process of %s',
    async (_, [program, ...args]) => {
      const full = openSync('/dev/full', 'w');
      const port = String(await freePort());
      const env = {
        ...{ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: port },
        ...{ DRAIN_MS: '300', DATABASE_URL: 'sqlite::memory:' },
      };
      const shop = spawn(program, [...args, 'server/main.ts'], { env, stdio: ['ignore', full, full] });
      killOnExit(shop);
      closeSync(full);
      const closed = once(shop, 'close');
      const ask = () => fetch(`http://127.0.0.1:${port}/products?limit=1`).then(({ status }) => status);
      const isAlive = () => shop.exitCode === null && shop.signalCode === null;
      while (isAlive() && (await ask().catch(() => 0)) !== 200) await Bun.sleep(20);
      // It says so at once, and goes on answering for a while.
      shop.kill('SIGTERM');
      expect(await closed).toEqual([0, null]);
    },
    120_000,
  );
});

/** On a full disk a few orders still fit into the pages that the file already has. */
const placeUntilRefused = async (customer: Client, productId: string) => {
  const placed: string[] = [];
  for (;;) {
    const reply = await customer.post('/orders', { productId, quantity: 1 });
    if (reply.status !== 201) return { placed, refused: reply };
    placed.push(textAt(reply, 'id'));
  }
};
