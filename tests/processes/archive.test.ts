import { afterAll, expect, test } from 'bun:test';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createScratchFolder } from './cleanup.ts';

const directory = createScratchFolder('archive', { inMemory: true });
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (program: 'seed' | 'archive', ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL(`../../server/${program}.ts`, import.meta.url)), ...args],
    {
      cwd: directory,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, DATABASE_URL: `sqlite:${join(directory, 'shop.db')}` },
    },
  );
  return { status, stdout, stderr };
};

test('bun run archive writes a file a month with a checksum that sha256sum accepts, and restores it', () => {
  expect(run('archive', '--before', '2026-01')).toMatchObject({ status: 1 });
  expect(existsSync(join(directory, 'shop.db'))).toBe(false);
  // Many months with few orders: a month in which an order is unfinished stays.
  expect(run('seed', '--orders', '60', '--days', '1200').status).toBe(0);
  const month = new Date().toISOString().slice(0, 7);
  const { status, stdout, stderr } = run('archive', '--before', month, '--folder', 'old');
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('orders') });
  expect(stderr).toMatch(/100% {2}(\d+) of \1 orders/);
  const written = /^(\d{4}-\d\d): [\d,]+ orders, ([\d,]+) rows in (old\/\S+), SHA-256 [\da-f]{64}$/m.exec(
    stdout,
  );
  const [, , rows = '', path = ''] = written ?? [];
  const sums = readdirSync(join(directory, 'old')).filter((name) => name.endsWith('.sha256'));
  const checked = spawnSync('sha256sum', ['-c', ...sums], { cwd: join(directory, 'old'), encoding: 'utf8' });
  expect({ status: checked.status, sums: sums.length > 0 }).toEqual({ status: 0, sums: true });
  const restored = `${path}: ${rows} rows, of which ${rows} were missing.\n`;
  expect(run('archive', '--restore', path)).toMatchObject({ status: 0, stdout: restored });
}, 60_000);

test('A second run into the same folder is refused, and one after a run that was killed is not', async () => {
  const folder = join(directory, 'shared');
  expect(run('seed', '--orders', '60', '--days', '1200').status).toBe(0);
  const month = new Date().toISOString().slice(0, 7);
  const lock = fileURLToPath(new URL('../../adapters/sqlite/fileLock.ts', import.meta.url));
  const program = `
    const { lockFile } = await import(${JSON.stringify(lock)});
    const unlock = lockFile(${JSON.stringify(join(folder, 'archive.lock'))});
    console.log(unlock === null ? 'held' : 'locked');
    process.stdin.on('end', () => unlock?.()).resume();`;
  const first = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'ignore'] });
  expect(String(await once(first.stdout, 'data'))).toBe('locked\n');
  expect(run('archive', '--before', month, '--folder', 'shared')).toEqual({
    ...{ status: 1, stdout: '' },
    stderr: 'another run writes into shared: wait for its end\n',
  });
  expect(readdirSync(folder)).toEqual(['archive.lock']);
  first.kill('SIGKILL');
  await once(first, 'close');
  expect(run('archive', '--before', month, '--folder', 'shared').status).toBe(0);
}, 60_000);

test('A folder that cannot be written is said, with what it must be', () => {
  expect(run('seed', '--orders', '1').status).toBe(0);
  const { status, stderr } = run('archive', '--before', '2025-01', '--folder', 'shop.db');
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/^--folder must be one that this user can write: .*\n$/),
  });
});

test.each([
  [[], '--before or --restore is missing'],
  [['--before', '2025'], '--before must be a month such as 2025-01, not "2025"'],
  [['--before', '2025-13'], '--before must be a month such as 2025-01, not "2025-13"'],
  [['--before', '9999-01'], '--before must not be a month to come'],
  [['--before', '2025-01', '--folder', ''], '--folder is empty'],
  [['--restore', 'a', '--before', '2025-01'], '--restore stands alone'],
])('bun run archive %p is refused and says why', (args, message) => {
  const { status, stderr } = run('archive', ...args);
  expect({ status, stderr }).toEqual({ status: 2, stderr: `${message}\nSee: bun run archive --help\n` });
});
