import { afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createScratchFolder } from './cleanup.ts';
import { createTestDatabase, postgresAvailable } from './postgres.ts';
import { deno } from './processes.ts';
import { freePort } from './server.ts';

const hasPostgres = await postgresAvailable();
const hasNpx = spawnSync('npx', ['--version']).status === 0;

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

/** The one block that contains `text`. */
const blockWith = (text: string): string => {
  const found = blocks.filter((block) => block.includes(text));
  expect(found).toHaveLength(1);
  return found[0] ?? '';
};

/** A copy of the tree without what is not in the repository, so that the commands install and create everything. */
const copy = createScratchFolder('readme');
beforeAll(() => {
  const left = /^(?:\.git|data|web\/dist|(?:.*\/)?node_modules)$/;
  cpSync(root, copy, { recursive: true, filter: (source) => !left.test(relative(root, source)) });
}, 120_000);

const started: ChildProcess[] = [];
afterEach(() => {
  for (const { pid } of started.splice(0)) killGroup(pid);
});

const killGroup = (pid: number | undefined): void => {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of its processes have ended.
  }
};

/** Pastes a command of the README into a shell in the copy. Resolves when the program says that it is ready. */
const start = async (command: string, env: Readonly<Record<string, string>> = {}) => {
  const port = await freePort();
  const child = spawn('sh', ['-c', command], {
    cwd: copy,
    detached: true,
    env: {
      HOME: process.env.HOME ?? '',
      PATH: [dirname(process.execPath), dirname(deno), process.env.PATH].join(delimiter),
      PORT: String(port),
      DRAIN_MS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  // The pipes close when the last process that writes to them has ended.
  const closed = once(child, 'close');
  let output = '';
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
      if (output.includes('is ready')) ready.resolve();
    });
  await Promise.race([
    ready.promise,
    closed.then(() => {
      throw new Error(`the program ended: ${output}`);
    }),
  ]);
  return { child, closed, address: `http://localhost:${port}` };
};

const firstOrder = (address: string): string =>
  blockWith('idempotency-key').replace('http://localhost:3000', address);

test('Every shell block of the README is valid', () => {
  expect(blocks.length).toBeGreaterThan(2);
  for (const block of blocks)
    expect(spawnSync('sh', ['-n'], { input: block, encoding: 'utf8' }).stderr).toBe('');
});

describe('The commands of the README in a fresh copy', () => {
  test('`bun run start` starts a shop, and the first order works each time it is pasted', async () => {
    expect(readme).toContain('`bun run start`');
    const { child, closed, address } = await start('exec bun run start', {
      DATABASE_URL: `sqlite:${join(copy, 'data', 'first.db')}`,
    });
    for (const round of [1, 2]) {
      // The later block uses what the first one has set.
      const commands = `${firstOrder(address)}${blockWith('cwk_')}`;
      const shell = spawnSync('sh', ['-c', commands], { encoding: 'utf8', timeout: 60_000 });
      expect([round, shell.status, shell.stderr]).toEqual([round, 0, '']);
      const [first = '', again = '', order = '', found = '', mail = '', charge = '', key = ''] =
        shell.stdout.split('\n');
      expect(JSON.parse(first)).toMatchObject({ status: 'succeeded' });
      expect(again).toBe(first);
      const { id, product, status, checkoutId, history } = JSON.parse(order);
      expect({ name: product.name, status }).toEqual({ name: 'Đồng hồ', status: 'completed' });
      expect(history.at(-1)).toMatchObject({ state: 'customer_notified' });
      expect(JSON.parse(found).items).toMatchObject([{ id }]);
      expect(JSON.parse(mail).items).toMatchObject([{ to: 'lan@example.com' }]);
      expect(mail).toContain(id);
      expect(JSON.parse(charge).items).toMatchObject([{ idempotencyKey: checkoutId }]);
      expect(key).toMatch(/^\{"id":"[^"]+","name":"Nightly report".*"key":"cwk_/);
    }
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(0);
  }, 120_000);

  test.skipIf(!hasNpx)(
    'The shop that `npx` started ends with it',
    async () => {
      const command = /`(npx [^`]* run start)`/.exec(readme)?.[1] ?? '';
      const { child, closed, address } = await start(`exec ${command}`, {
        DATABASE_URL: `sqlite:${join(copy, 'data', 'npx.db')}`,
      });
      child.kill('SIGTERM');
      await closed;
      await expect(fetch(`${address}/health/live`)).rejects.toThrow();
    },
    120_000,
  );

  test.skipIf(!hasNpx)(
    'The commands for Deno start a shop',
    async () => {
      const { address } = await start(blockWith('deno run'), {
        DATABASE_URL: `sqlite:${join(copy, 'data', 'deno.db')}`,
      });
      expect((await fetch(`${address}/health/ready`)).status).toBe(200);
    },
    120_000,
  );

  test.skipIf(!hasPostgres)(
    'The command for PostgreSQL starts a shop on an empty database',
    async () => {
      const { url, drop } = await createTestDatabase({ empty: true });
      const command = blockWith('DATABASE_URL=postgres').replace(/postgres:\S+/, url);
      const { child, closed, address } = await start(command);
      expect((await fetch(`${address}/products?q=dong+ho&limit=1`)).status).toBe(200);
      killGroup(child.pid);
      await closed;
      await drop();
    },
    120_000,
  );
});
