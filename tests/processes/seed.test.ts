import { afterAll, describe, expect, test } from 'bun:test';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { demoProducts } from '../../demo/loadProducts.ts';
import { createTestWorld } from '../world.ts';
import { createScratchFolder } from './cleanup.ts';

const directory = createScratchFolder('seed', { inMemory: true });
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const script = fileURLToPath(new URL('../../server/seed.ts', import.meta.url));

/** Runs the seeder in its own process. `onStderr` is called with all standard error so far, after each chunk. */
const run = async (
  args: readonly string[],
  database: string,
  onStderr: (text: string, seeder: ChildProcess) => void = () => {},
) => {
  const DATABASE_URL = database.includes(':') ? database : `sqlite:${join(directory, database)}`;
  const seeder = spawn(process.execPath, [script, ...args], {
    env: { PATH: process.env.PATH, DATABASE_URL },
  });
  const output = { out: '', err: '' };
  seeder.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  seeder.stderr.on('data', (chunk) => {
    output.err += chunk;
    onStderr(output.err, seeder);
  });
  const [code] = await once(seeder, 'close');
  return { code, ...output };
};

const readState = async (database: string) => {
  const store = await openSqliteStore(createTestWorld(), { path: join(directory, database) });
  const { counts } = (await store.queue.stats(Date.now()))._unsafeUnwrap();
  const everyOrder = {
    search: null,
    status: null,
    type: null,
    fromMs: null,
    toMs: null,
    customerId: null,
    number: null,
  };
  const page = await store.orders.list({ ...everyOrder, after: null, limit: 100 });
  const statuses = new Set(page._unsafeUnwrap().items.map(({ status }) => status));
  await store.close();
  return { tasks: counts.reduce((sum, { tasks }) => sum + tasks, 0), statuses };
};

describe('bun run seed', () => {
  test('The seeder fills the database of DATABASE_URL, and prints its progress and a summary', async () => {
    const { code, out, err } = await run(['--orders', '60', '--days', '7'], 'whole.db');
    expect(err).toContain('100%  60 of 60 orders');
    expect(out).toMatch(/^Added 60 orders \(\d+ completed, \d+ cancelled, \d+ pending\) in /);
    expect(code).toBe(0);
    const { tasks, statuses } = await readState('whole.db');
    expect(tasks).toBe(0);
    expect(statuses).toContain('completed');
    expect(statuses).not.toContain('paid');
  });

  test('An interrupted seeder stops after the current batch and leaves no order unfinished', async () => {
    const { code, out } = await run(['--orders', '20000'], 'part.db', (text, seeder) => {
      if (/Ctrl-C/.test(text)) seeder.kill('SIGINT');
    });
    expect(code).toBe(130);
    const [, added] = /^Added ([\d,]+) orders/.exec(out) ?? [];
    const orders = Number(added?.replace(',', ''));
    expect(orders).toBeGreaterThan(0);
    expect(orders).toBeLessThan(20_000);
    const { tasks, statuses } = await readState('part.db');
    expect(tasks).toBe(0);
    expect(statuses).not.toContain('paid');
    expect(statuses).not.toContain('paying');
  });

  test('A shop with a product of its own is named and left as it is, unless that is meant', async () => {
    const path = join(directory, 'real.db');
    const store = await openSqliteStore(createTestWorld(), { path });
    const price = { amount: 90_000, currency: 'VND' };
    const mug = { code: 'MUG-1', name: 'Mug', type: 'physical', price, stock: 5 };
    (await store.products.upsert([...demoProducts, mug], 1, 'keep'))._unsafeUnwrap();
    await store.close();
    const refused = await run(['--orders', '1'], 'real.db');
    expect(refused.err).toContain(`The database sqlite:${path} has products of its own, such as MUG-1.`);
    expect(refused.err).toContain('--force');
    expect([refused.code, refused.out, (await readState('real.db')).statuses.size]).toEqual([1, '', 0]);
    const forced = await run(['--orders', '1', '--force'], 'real.db');
    expect([forced.code, (await readState('real.db')).statuses.size]).toEqual([0, 1]);
  });

  test('The seeder shows its help', async () => {
    const { code, out } = await run(['--help'], 'never.db');
    expect(code).toBe(0);
    expect(out).toContain('bun run seed [--orders N] [--days D] [--force]');
  });

  test.each([
    [['--orders', 'many'], 'never.db', 2, '--orders must be a whole number from 1 to 10000000, not "many"'],
    [[], 'mysql://localhost/shop', 2, 'DATABASE_URL begins with "mysql:"'],
    [[], 'sqlite:/proc/no/such/place.db', 1, 'no such file'],
  ])('The seeder refuses the arguments %p on the database %p', async (args, database, expected, message) => {
    const { code, out, err } = await run(args, database);
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
    expect(out).toBe('');
    expect(code).toBe(expected);
  });
});
