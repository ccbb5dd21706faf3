import { afterEach, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openDatabase } from '../chaos/run/database.ts';
import { databases } from './databases.ts';
import { createTestDatabase, postgresAvailable } from './postgres.ts';
import { killAllApps, launchApp, stopApp } from './processes.ts';
import { createTestFile } from './sqlite.ts';

const hasPostgres = await postgresAvailable();

afterEach(killAllApps);

describe('The start of a process that has to migrate', () => {
  test.each(databases)(
    'A migration that fails is refused with its file, the reason and no stack (%s)',
    async (name) => {
      const isSqlite = name === 'SQLite';
      const { url, drop } = await (isSqlite ? createTestFile() : createTestDatabase({ empty: true }));
      const database = openDatabase(url);
      await database.run('create table product (id text)');
      const app = await launchApp({ databaseUrl: url });
      expect((await app.stopped).code).toBe(1);
      expect(app.output()).toMatch(
        /^Cartwright cannot start: the database .*: the migration 001_product\.sql failed, nothing of it was written.*already exists/m,
      );
      expect(app.output()).not.toMatch(/^\s+at /m);
      await database.close();
      await drop();
    },
    60_000,
  );

  test.skipIf(!hasPostgres)(
    'A start whose migration waits for somebody says so, and goes on when that one has ended',
    async () => {
      const { url, drop } = await createTestDatabase();
      const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: 'a report' } });
      await sql`drop table service_key`;
      await sql`delete from migration where name = '018_service_key.sql'`;
      const holder = await sql.reserve();
      await holder`begin`;
      // Nobody can create a table of this name before this transaction has ended.
      await holder`create table service_key (id text)`;
      const app = await launchApp({ databaseUrl: url });
      await app.waitForOutput('a migration waits for a table that is in use');
      expect(app.output()).toMatch(/"migration":"018_service_key\.sql".*\(a report\), open for/);
      await holder`rollback`;
      holder.release();
      await app.ready();
      expect((await stopApp(app)).code).toBe(0);
      await sql.end();
      await drop();
    },
    60_000,
  );
});
