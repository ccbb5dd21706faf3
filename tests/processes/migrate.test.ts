import { afterEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { openDatabase } from '../chaos/run/database.ts';
import { createScratchFolder } from './cleanup.ts';
import { createTestDatabase, postgresAvailable } from './postgres.ts';
import { type AppOptions, killAllApps, launchApp, startApp } from './processes.ts';

afterEach(killAllApps);

const migrate = async (options: AppOptions) => {
  const program = await launchApp({ ...options, program: 'server/migrate.ts' });
  const { code } = await program.stopped;
  return { code, output: program.output() };
};

describe('bun run migrate', () => {
  test('It prepares an SQLite file, whatever role it is given, and a second time it changes nothing', async () => {
    const databaseUrl = `sqlite:${join(createScratchFolder('migrate', { inMemory: true }), 'shop.db')}`;
    const done = { code: 0, output: `The database ${databaseUrl} is up to date.\n` };
    expect(await migrate({ databaseUrl, role: 'read' })).toEqual(done);
    expect(await migrate({ databaseUrl, role: 'worker' })).toEqual(done);
    await startApp({ databaseUrl, role: 'read' });
  });

  test('It ends with 1 and names the database if it cannot be reached', async () => {
    const databaseUrl = 'postgres://shop:hunter2@127.0.0.1:1/shop';
    const { code, output } = await migrate({ databaseUrl, env: { DATABASE_WAIT_MS: '0' } });
    expect([code, output.includes('hunter2')]).toEqual([1, false]);
    expect(output).toContain('The migration cannot start: the database postgres://127.0.0.1:1/shop: ');
  });
});

describe.skipIf(!(await postgresAvailable()))('bun run migrate on Postgres', () => {
  test('Also with the role read it makes all that a start makes, and then every role starts', async () => {
    const { url: databaseUrl, drop } = await createTestDatabase({ empty: true });
    expect((await migrate({ databaseUrl, role: 'read' })).code).toBe(0);
    const database = openDatabase(databaseUrl);
    const schemas = await database.run(
      "select 1 from information_schema.tables where table_schema = 'simulated_provider' limit 1",
    );
    await database.close();
    expect(schemas).toHaveLength(1);
    for (const role of ['read', 'checkout'] as const) await startApp({ databaseUrl, role });
    await killAllApps();
    await drop();
  });
});
