import { afterEach, expect, test } from 'bun:test';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratchFolder } from './cleanup.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Starts the program with nothing set but `env`, on a database in memory and any free port. */
const start = (env: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { PATH: process.env.PATH ?? '', DATABASE_URL: 'sqlite::memory:', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  const ended = once(child, 'close').then(([code]) => code);
  const untilSaid = async (text: string): Promise<void> => {
    while (!said.out.includes(text)) {
      const [code] = await Promise.race([once(child.stdout, 'data'), ended.then((one) => ['ended', one])]);
      if (code === 'ended') throw new Error(`it ended before it said ${text}: ${said.err}`);
    }
  };
  const stop = (): Promise<number> => {
    child.kill('SIGTERM');
    return ended;
  };
  return { said, ended, untilSaid, stop };
};

const addressIn = ({ said }: ReturnType<typeof start>): string =>
  /http:\/\/localhost:\d+/.exec(said.out)?.[0] ?? '';

test('the lines that a start prints in demo mode do what they promise, and tokens outlive the process', async () => {
  const folder = scratchFolder('main', { inMemory: true });
  // The folder of the database is made where it is not there.
  const env = { PORT: '0', DATABASE_URL: `sqlite:${join(folder, 'data', 'shop.db')}` };
  const first = start(env);
  await first.untilSaid('curl -s $api/orders/$order');
  const lines = first.said.out.slice(first.said.out.indexOf('  api='));
  const ran = spawnSync('sh', ['-c', `${lines}\necho; echo "token=$token"`], { encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  expect(ran.stdout).toContain('HTTP/1.1 202');
  expect(ran.stdout).toContain('Payment successful, order is being processed');
  expect(ran.stdout).toContain('Đông Hồ');
  expect(ran.stdout).toMatch(/"history":\[.*"paid"/);
  expect(await first.stop()).toBe(0);

  const second = start(env);
  await second.untilSaid('/docs');
  const headers = { authorization: `Bearer ${/token=(\S+)/.exec(ran.stdout)?.[1]}` };
  const orders = await fetch(`${addressIn(second)}/orders`, { headers });
  expect(await orders.text()).toContain('Đông Hồ');
  expect(await second.stop()).toBe(0);
  rmSync(folder, { recursive: true });
}, 20_000);

test('a worker listens only where it is told to', async () => {
  const worker = start({ ROLE: 'worker' });
  await worker.untilSaid('is ready (role: worker)');
  expect(worker.said.out).not.toContain('http');
  expect(await worker.stop()).toBe(0);
}, 20_000);

test('what stands against the start is said in plain words', async () => {
  const other = createServer().listen(0);
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const refused = [
    start({ PORT: port, ROLE: 'worker' }),
    start({ DATABASE_URL: `sqlite:${tmpdir()}` }),
    start({ NODE_ENV: 'production', ROLE: 'api', QUEUE_LEASE_MS: 'soon', AUTH_SECRET: 'hunter2' }),
  ];
  expect(await Promise.all(refused.map(({ ended }) => ended))).toEqual([1, 1, 1]);
  expect(refused.map(({ said }) => said.out)).toEqual(['', '', '']);
  const [busy, folder, settings] = refused.map(({ said }) => said.err);
  expect(busy).toMatch(new RegExp(`^Cartwright cannot start: port ${port} is in use`));
  expect(folder).toMatch(/^Cartwright cannot start: the database sqlite:.*: .*\n$/);
  expect(settings).toMatch(
    /^Cartwright cannot start: its settings are wrong\.\n- ROLE .*\n- QUEUE_LEASE_MS .*\n- AUTH_SECRET .*\n$/,
  );
  expect(settings).not.toContain('hunter2');
  other.close();
}, 20_000);
