import { afterEach, describe, expect, test } from 'bun:test';
import { openStore } from '../../server/wiring.ts';
import { openDatabase } from '../chaos/run/database.ts';
import { createTestWorld } from '../world.ts';
import { databases } from './databases.ts';
import { postgresAvailable } from './postgres.ts';
import { killAllApps, launchApp, stopApp } from './processes.ts';
import { freePort, startPostgresServer } from './server.ts';

const hasPostgres = await postgresAvailable();

afterEach(killAllApps);

describe('the start of the program', () => {
  test('A start fails when the database stays unreachable', async () => {
    const databaseUrl = `postgres://postgres:hunter2@127.0.0.1:${await freePort()}/shop`;
    const app = await launchApp({ databaseUrl, env: { DATABASE_WAIT_MS: '500' } });
    expect((await app.stopped).code).toBeGreaterThan(0);
    expect(app.output()).not.toContain('hunter2');
  });

  test.skipIf(!hasPostgres)(
    'A start waits for a database that starts later',
    async () => {
      const server = await startPostgresServer();
      await server.stop();
      const app = await launchApp({ databaseUrl: server.url('postgres') });
      await server.start();
      await app.ready();
      expect((await stopApp(app)).code).toBe(0);
      await server.remove();
    },
    120_000,
  );

  test.each(databases)(
    'A start on a newer schema is refused (%s)',
    async (_, createDatabase) => {
      const { url, drop } = await createDatabase();
      const store = await openStore(createTestWorld(), {
        databaseUrl: url,
        databasePooling: 'session',
        databasePoolSize: 1,
      });
      await store.close();
      const database = openDatabase(url);
      await database.run(`insert into migration (name) values ('999_future.sql')`);
      await database.close();

      const app = await launchApp({ databaseUrl: url });
      expect((await app.stopped).code).toBeGreaterThan(0);
      expect(app.output()).toContain('999_future.sql');
      await drop();
    },
    120_000,
  );
});
