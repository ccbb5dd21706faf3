import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { simulatedProvider } from '../../adapters/payment/simulated.ts';
import { sqliteBook } from '../../adapters/payment/sqliteBook.ts';
import { testWorld } from '../world.ts';
import { charges, providerSuite, request } from './provider.ts';

const fileInDirectory = () => {
  const directory = mkdtempSync(join(tmpdir(), 'cartwright-charges-'));
  return {
    path: join(directory, 'in', 'charges.db'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
};

providerSuite('sqlite', async () => {
  const { path, remove } = fileInDirectory();
  return { open: () => sqliteBook({ path }), clear: async () => remove() };
});

test('a file that another process keeps locked makes the provider unavailable, and nothing is written', async () => {
  const { path, remove } = fileInDirectory();
  const book = sqliteBook({ path, busyMs: 1 });
  const other = new Database(path);
  try {
    const provider = simulatedProvider(book, testWorld());
    other.exec('begin immediate');
    expect((await provider.charge(request('a'))).kind).toBe('unavailable');
    expect((await provider.cancel('b')).kind).toBe('unavailable');
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
  const book = sqliteBook({ path, busyMs: 1 });
  const other = new Database(path);
  try {
    await simulatedProvider(book, testWorld()).charge(request('a'));
    other.exec("begin exclusive; update charge set status = 'declined'");
    expect((await charges(book)).map(({ status }) => status)).toEqual(['succeeded']);
  } finally {
    other.close();
    await book.close();
    remove();
  }
});
