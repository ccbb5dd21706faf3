import { expect, test } from 'bun:test';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import { createSqliteRecords } from '../../adapters/sandbox/sqliteRecords.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { createTestWorld } from '../world.ts';
import { chargeRequest, createSandboxHarness } from './harness.ts';
import { providerSuite } from './provider.ts';
import { listCharges, recordStoreSuite } from './records.ts';

const createTempFile = () => {
  const directory = createScratchFolder('charges', { inMemory: true });
  return {
    path: join(directory, 'nested', 'charges.db'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
};

recordStoreSuite('sqlite', async () => {
  const { path, remove } = createTempFile();
  return { open: () => createSqliteRecords({ path }), clear: async () => remove() };
});

// The Stripe adapter does not depend on the record store: the memory suite is enough for it.
providerSuite('sandbox, sqlite', async () => {
  const { path, remove } = createTempFile();
  const records = createSqliteRecords({ path });
  return { harness: createSandboxHarness(records), close: async () => records.close().then(remove) };
});

test('A file that another process keeps locked makes the provider unavailable, and nothing is written', async () => {
  const { path, remove } = createTempFile();
  const records = createSqliteRecords({ path, busyMs: 1 });
  const other = new Database(path);
  try {
    const provider = createSandboxProvider(records, createTestWorld());
    other.exec('begin immediate');
    expect((await provider.charge(chargeRequest('a'))).kind).toBe('unavailable');
    expect((await provider.cancel(chargeRequest('b'))).kind).toBe('unavailable');
    other.exec('rollback');
    expect(await listCharges(records)).toEqual([]);
    expect((await provider.charge(chargeRequest('a'))).kind).toBe('succeeded');
  } finally {
    other.close();
    await records.close();
    remove();
  }
});

test('A read does not wait for the write of another process', async () => {
  const { path, remove } = createTempFile();
  const records = createSqliteRecords({ path, busyMs: 1 });
  const other = new Database(path);
  try {
    await createSandboxProvider(records, createTestWorld()).charge(chargeRequest('a'));
    other.exec("begin exclusive; update record set body = '{}'");
    expect((await listCharges(records)).map(({ status }) => status)).toEqual(['succeeded']);
  } finally {
    other.close();
    await records.close();
    remove();
  }
});
