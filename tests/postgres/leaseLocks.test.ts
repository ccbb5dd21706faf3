import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import type { Queue } from '../../core/queue.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { createLockWatch } from './lockWaits.ts';
import { countDeadlocks } from './statistics.ts';

type Named = readonly { readonly taskId: string; readonly lease: number }[];

const done = { kind: 'done', detail: null } as const;

/** A worker has both leases. It names them in the order in which it has got them, which is any. */
const meet = async (call: (queue: Queue, leases: Named, nowMs: number) => Promise<unknown>) => {
  const database = await createTestDatabase();
  const world = createTestWorld();
  const store = await openPostgresStore(world, { url: database.url });
  const shop = createFixture(store, world);
  const product = await shop.createProduct();
  for (let order = 0; order < 2; order++) await shop.placePaidOrder(product);
  const leases = (await shop.claimTasks('physical')).leases.toSorted((a, b) =>
    a.taskId < b.taskId ? -1 : 1,
  );
  const holder = postgres(database.url, { max: 1, onnotice: () => {} });
  const watch = createLockWatch(database.url);
  await holder.unsafe(`begin; select from task where id = '${defined(leases[0]).taskId}' for update`);
  const reported = unwrap(
    store.queue.report(
      leases.map(({ taskId, lease }) => ({ taskId, lease, outcome: done })),
      shop.now(),
    ),
  );
  await watch.untilWaiting(1);
  const called = call(store.queue, leases.toReversed(), shop.now());
  await watch.untilWaiting(2);
  await holder.unsafe('rollback');
  await Promise.all([reported, called]);
  await Promise.all([holder.end(), watch.close(), store.close()]);
  const deadlocks = await countDeadlocks(database);
  await database.drop();
  return deadlocks;
};

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: leases that are named in any order', () => {
  test('A heartbeat and a report of the same tasks never deadlock', async () => {
    expect(await meet((queue, leases, nowMs) => unwrap(queue.heartbeat(leases, nowMs + 30_000)))).toBe(0);
  }, 60_000);

  test('A release and a report of the same tasks never deadlock', async () => {
    expect(await meet((queue, leases, nowMs) => unwrap(queue.release(leases, nowMs)))).toBe(0);
  }, 60_000);
});
