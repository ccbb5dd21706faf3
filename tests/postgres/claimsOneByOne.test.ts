import { expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

/** Its last effect is unknown, so that a claim throws. JSON.parse avoids the compile error. */
const unknownEffect: Pipeline = JSON.parse(`{
  "name": "physical",
  "steps": [
    { "name": "pause", "historyState": "paused", "kind": "external", "service": "notify_customer" },
    { "name": "notify_customer", "historyState": "unknown", "kind": "tx", "effect": "unknown" }
  ]
}`);

const changes = {
  'has leased': "state = 'running', lease = lease + 1, lease_until_ms = run_ms + 60000",
  'has put off': 'run_ms = run_ms + 60000',
};

/** In a process of its own, because the claim that it comes into does not give way. */
const change = (url: string, taskId: string, values: string): void => {
  const script = `
    const { default: postgres } = require('postgres');
    const sql = postgres(process.argv[1], { max: 1 });
    await sql.unsafe(process.argv[2]);
    await sql.end();`;
  const statement = `update task set ${values} where id = '${taskId}'`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script, url, statement], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
};

test.skipIf(!(await postgresAvailable())).each(Object.entries(changes))(
  'A claim that tries its tasks one by one leaves one that another process %s meanwhile',
  async (_, values) => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url });
    const shop = createFixture(store, world);
    const product = await shop.createProduct();
    const failing = defined((await shop.payAndLease([product]))[0]);
    await unwrap(store.queue.release([failing], shop.now()));
    world.advance(1);
    const taskId = defined((await shop.payAlone(await shop.placeOrders([product])))[0]);
    const retryAtMs = () => {
      change(database.url, taskId, values);
      return shop.now() + 1_000;
    };
    const { leases, thrown } = await shop.claimTasks(unknownEffect, { retryAtMs });
    expect(thrown).toHaveLength(1);
    expect(leases).toEqual([]);
    await store.close();
    await database.drop();
  },
  120_000,
);
