import { describe, expect, test } from 'bun:test';
import { partitionTables } from '../../adapters/postgres/partitions/convert.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { createClient, expectStatus, valueAt } from './client.ts';
import { createTestDatabase, postgresAvailable } from './postgres.ts';
import { startApp, stopApp } from './processes.ts';

const yearMs = 365 * 86_400_000;

describe.skipIf(!(await postgresAvailable()))('A month without a partition', () => {
  test('The process stays ready and says what is missing, until it is made', async () => {
    const database = await createTestDatabase();
    const make = (nowMs: () => number) =>
      partitionTables(database.url, { nowMs, timer: systemTimer, onStep: () => {} });
    // As if somebody had made them a year ago and never again. No worker runs, which would make them.
    await make(() => Date.now() - yearMs);
    const app = await startApp({ databaseUrl: database.url, role: 'checkout' });
    const client = createClient(app.url, null);
    const ready = async () => expectStatus(await client.get('/health/ready'), 200).body;
    let body = await ready();
    while (valueAt(body, 'warnings') === undefined) body = await ready();
    expect(body).toEqual({
      status: 'ready',
      degraded: ['partitions'],
      warnings: [
        'new orders of next month will be refused: run bun run partition as the owner of the tables',
      ],
    });
    // A line may be read after an answer that was sent later.
    await app.waitForOutput('order_state has no partition');
    expect(app.output().match(/order_state has no partition for \d{4}-\d\d and later/g)).toHaveLength(1);
    await stopApp(app);

    await make(() => Date.now());
    const again = await startApp({ databaseUrl: database.url, role: 'checkout' });
    const { body: whole } = await createClient(again.url, null).get('/health/ready');
    expect(whole).toEqual({ status: 'ready' });
    await stopApp(again);
    await database.drop();
  });
});
