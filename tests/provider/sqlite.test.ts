import { expect, test } from 'bun:test';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import { createSqliteRecords } from '../../adapters/sandbox/sqliteRecords.ts';
import { scratchFolder } from '../processes/cleanup.ts';
import { testWorld } from '../world.ts';
import { directGround, request } from './harness.ts';
import { providerSuite } from './provider.ts';
import { bookSuite, charges } from './records.ts';

const fileInDirectory = () => {
  const directory = scratchFolder('charges', { inMemory: true });
  return {
    path: join(directory, 'in', 'charges.db'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
};

bookSuite('sqlite', async () => {
  const { path, remove } = fileInDirectory();
  return { open: () => createSqliteRecords({ path }), clear: async () => remove() };
});

// What speaks Stripe's words with the simulator does not know its book: it is asked over the one in memory.
providerSuite('simulator, sqlite', async () => {
  const { path, remove } = fileInDirectory();
  const book = createSqliteRecords({ path });
  return { ground: directGround(book), close: async () => book.close().then(remove) };
});

test('a file that another process keeps locked makes the provider unavailable, and nothing is written', async () => {
  const { path, remove } = fileInDirectory();
  const book = createSqliteRecords({ path, busyMs: 1 });
  const other = new Database(path);
  try {
    const provider = createSandboxProvider(book, testWorld());
    other.exec('begin immediate');
    expect((await provider.charge(request('a'))).kind).toBe('unavailable');
    expect((await provider.cancel(request('b'))).kind).toBe('unavailable');
    other.exec('rollback');
    expect(await charges(book)).toEqual([]);
    expect((await provider.charge(request('a'))).kind).toBe('succeeded');
  } finally {
    other.close();
    await book.close();
    remove();
  }
});

test('reading does not wait for a process that is writing', async () => {
  const { path, remove } = fileInDirectory();
  const book = createSqliteRecords({ path, busyMs: 1 });
  const other = new Database(path);
  try {
    await createSandboxProvider(book, testWorld()).charge(request('a'));
    other.exec("begin exclusive; update record set body = '{}'");
    expect((await charges(book)).map(({ status }) => status)).toEqual(['succeeded']);
  } finally {
    other.close();
    await book.close();
    remove();
  }
});
