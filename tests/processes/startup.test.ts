import { afterEach, describe, expect, test } from 'bun:test';
import { openStore } from '../../server/wiring.ts';
import { openDatabase } from '../chaos/run/database.ts';
import { testWorld } from '../world.ts';
import { databases } from './databases.ts';
import { postgresAvailable } from './postgres.ts';
import { killAllApps, launchApp, stopApp } from './processes.ts';
import { freePort, postgresServer } from './server.ts';

const hasPostgres = await postgresAvailable();

afterEach(killAllApps);

describe('the start', () => {
  test('gives up on a database that does not come', async () => {
    const databaseUrl = `postgres://postgres:hunter2@127.0.0.1:${await freePort()}/shop`;
    const app = await launchApp({ databaseUrl, env: { DATABASE_WAIT_MS: '500' } });
    expect((await app.stopped).code).toBeGreaterThan(0);
    expect(app.output()).not.toContain('hunter2');
  });

  test.skipIf(!hasPostgres)(
    'waits for a database that comes late',
    async () => {
      const server = await postgresServer();
      await server.stop();
      const app = await launchApp({ databaseUrl: server.url('postgres') });
      await server.start();
      await app.ready();
      expect((await stopApp(app)).code).toBe(0);
      await server.remove();
    },
    20_000,
  );

  test.each(databases)(
    'is refused on a newer schema (%s)',
    async (_, fresh) => {
      const { url, drop } = await fresh();
      const store = await openStore(testWorld(), {
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
    20_000,
  );
});
