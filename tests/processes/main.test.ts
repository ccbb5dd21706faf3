import { afterEach, expect, test } from 'bun:test';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCalendar } from '../../core/calendar.ts';
import { createScratchFolder } from './cleanup.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Starts the program with only `env` set; by default on a database in memory, and nothing is slow. */
const start = (env: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: {
      PATH: process.env.PATH ?? '',
      ...{ DATABASE_URL: 'sqlite::memory:', DRAIN_MS: '0', SLOW_MS: '600000' },
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  const ended = once(child, 'close').then(([code]) => code);
  const waitForOutput = async (text: string): Promise<void> => {
    while (!output.out.includes(text)) {
      const [event] = await Promise.race([once(child.stdout, 'data'), ended.then(() => ['ended'])]);
      if (event === 'ended') throw new Error(`the program ended before it wrote ${text}: ${output.err}`);
    }
  };
  const stop = (): Promise<number> => {
    child.kill('SIGTERM');
    return ended;
  };
  return { output, ended, waitForOutput, stop };
};

const addressIn = ({ output }: ReturnType<typeof start>): string =>
  /http:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(output.out)?.[0] ?? '';

test('The example of the banner works twice, and its token is still valid after a restart', async () => {
  const folder = createScratchFolder('main', { inMemory: true });
  // The start creates the folder `data`.
  const env = { PORT: '0', DATABASE_URL: `sqlite:${join(folder, 'data', 'shop.db')}` };
  const first = start(env);
  await first.waitForOutput('do sleep 0.2; done');
  const lines = first.output.out.slice(first.output.out.indexOf('  api='));
  const paste = () =>
    spawnSync('sh', ['-c', `${lines}\necho; echo "token=$token"`], { encoding: 'utf8', timeout: 60_000 });
  expect(paste().stdout).toContain('HTTP/1.1 202');
  const shell = paste();
  expect(shell.stderr).toBe('');
  expect(shell.stdout).toContain('HTTP/1.1 202');
  expect(shell.stdout).toContain('Payment successful, order is being processed');
  expect(shell.stdout).toContain('Đồng hồ');
  expect(shell.stdout).toMatch(/"status":"completed".*"history":\[.*"paid"/);
  expect(await first.stop()).toBe(0);

  const second = start(env);
  await second.waitForOutput('/docs');
  const headers = { authorization: `Bearer ${/token=(\S+)/.exec(shell.stdout)?.[1]}` };
  const orders = await fetch(`${addressIn(second)}/orders`, { headers });
  expect(await orders.text()).toContain('Đồng hồ');
  expect(await second.stop()).toBe(0);
  rmSync(folder, { recursive: true });
}, 120_000);

test('Days are those of SHOP_TIME_ZONE, whatever the zone of the machine is', async () => {
  // These zones are 26 hours apart, so today in the first is always tomorrow or later in the second.
  const [east, west] = ['Pacific/Kiritimati', 'Etc/GMT+12'];
  const today = createCalendar(east).dayOf(Date.now());
  const statusIn = async (shopZone: string, machineZone: string): Promise<number> => {
    const program = start({ PORT: '0', SHOP_TIME_ZONE: shopZone, TZ: machineZone });
    await program.waitForOutput('/docs');
    const address = addressIn(program);
    const post = (path: string, body: unknown, headers = {}) =>
      fetch(address + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const signedIn = await post('/demo/tokens', { email: 'ops@example.com', role: 'operator' });
    const authorization = `Bearer ${/"token":"([^"]+)"/.exec(await signedIn.text())?.[1]}`;
    const { status } = await post('/money/reconciliations', { day: today }, { authorization });
    expect(await program.stop()).toBe(0);
    return status;
  };
  expect(await Promise.all([statusIn(east, west), statusIn(west, east)])).toEqual([202, 422]);
}, 120_000);

test('A worker without PORT does not listen', async () => {
  const worker = start({ ROLE: 'worker' });
  await worker.waitForOutput('is ready (role: worker)');
  expect(worker.output.out).not.toContain('http');
  expect(await worker.stop()).toBe(0);
}, 120_000);

test('A second start on a port ends before it creates its database', async () => {
  const first = start({ PORT: '0' });
  await first.waitForOutput('/docs');
  const folder = createScratchFolder('second', { inMemory: true });
  const port = new URL(addressIn(first)).port;
  const second = start({ PORT: port, DATABASE_URL: `sqlite:${join(folder, 'shop.db')}` });
  expect(await second.ended).toBe(1);
  expect(second.output.err).toMatch(new RegExp(`^Cartwright cannot start: port ${port} is in use\\. .*\n$`));
  expect(readdirSync(folder)).toEqual([]);
  expect(await first.stop()).toBe(0);
}, 120_000);

test('A failed start says the reason in plain words', async () => {
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
  expect(refused.map(({ output }) => output.out)).toEqual(['', '', '']);
  const [portInUse, notAFile, wrongSettings] = refused.map(({ output }) => output.err);
  expect(portInUse).toMatch(new RegExp(`^Cartwright cannot start: port ${port} is in use`));
  expect(notAFile).toMatch(/^Cartwright cannot start: the database sqlite:.*: .*\n$/);
  expect(wrongSettings).toMatch(
    /^Cartwright cannot start: some settings are wrong\.\n- ROLE .*\n- QUEUE_LEASE_MS .*\n- AUTH_SECRET .*\n$/,
  );
  expect(wrongSettings).not.toContain('hunter2');
  other.close();
}, 120_000);

test('A mistyped setting is a warning of the start, and in the list of one that fails', async () => {
  const mistyped = 'KEEP_ANSWER_DAYS is no setting and has no effect: did you mean KEEP_ANSWERS_DAYS?';
  const runs = start({ PORT: '0', KEEP_ANSWER_DAYS: '400', FROM_SOMEBODY_ELSE: 'x' });
  await runs.waitForOutput('http://');
  await runs.stop();
  const lines = runs.output.err.split('\n').filter((line) => line.includes('"warn"'));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'warn', message: mistyped }]);

  const refused = start({ KEEP_ANSWER_DAYS: '400', SLOW_MS: 'soon' });
  expect(await refused.ended).toBe(1);
  expect(refused.output.err).toContain(`\n- ${mistyped}\n`);
}, 120_000);
