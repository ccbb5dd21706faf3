import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { writeOut } from '../../adapters/postgres/events/batches.ts';
import { createRuns } from '../../adapters/postgres/events/runs.ts';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createEventFixture } from '../contracts/eventFixture.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { connectExplained, type ExplainedConnection } from './explained.ts';

describe.skipIf(!(await postgresAvailable()))('The batches of events on PostgreSQL', () => {
  let database: TestDatabase;
  let connection: ExplainedConnection;
  let store: Awaited<ReturnType<typeof openPostgresStore>>;
  const world = createTestWorld();

  beforeAll(async () => {
    database = await createTestDatabase();
    connection = await connectExplained(database.url);
    store = await openPostgresStore(world, { url: database.url });
  });
  afterAll(async () => {
    await Promise.all([connection.sql.end(), store.close()]);
    await database.drop();
  });

  const openTopic = async (target: string) => {
    const fixture = createFixture(store, world);
    const { subscribe, claimRun } = createEventFixture(() => ({
      ...{ store, world, fixture, close: store.close },
    }));
    const id = await subscribe(['order.placed'], { kind: 'kafka', target, secret: null });
    const place = async (count: number) =>
      fixture.placeOrders(Array(count).fill(await fixture.createProduct()));
    const counts = async () => {
      const [row] = await connection.sql<{ batches: number; rows: number }[]>`
        select (select count(*) from event_batch where subscription_id = ${id})::integer as batches,
          (select count(*) from event where subscription_id = ${id})::integer as rows`;
      return row;
    };
    return { id, fixture, place, counts, claimRun };
  };

  test('A statement writes one row, however many events it makes', async () => {
    const { place, counts } = await openTopic('one');
    await place(50);
    expect(await counts()).toEqual({ batches: 1, rows: 0 });
  });

  test('A batch that is too large for a run is written out, and a run has no more than its limit', async () => {
    const { id, place, counts, claimRun } = await openTopic('large');
    await place(20);
    expect(await claimRun(id, 5)).toHaveLength(5);
    expect(await counts()).toEqual({ batches: 0, rows: 20 });
  });

  test('A worker that was frozen past its lease writes nothing out', async () => {
    const { id, place, counts, claimRun } = await openTopic('frozen');
    await place(2);
    const { lease, batch } = defined((await claimRun(id))[0]);
    world.advance(30_000);
    await claimRun(id);
    await writeOut(connection.sql, { subscriptionId: id, lease }, [defined(batch)]);
    expect(await counts()).toEqual({ batches: 1, rows: 0 });
  });

  test('A worker that writes a batch out waits for a claim beside it, and then writes nothing', async () => {
    const { id, place, counts, claimRun } = await openTopic('beside');
    await place(2);
    const { lease, batch } = defined((await claimRun(id))[0]);
    const connect = () => postgres(database.url, { max: 1, onnotice: () => {} });
    const [holder, watcher] = [connect(), connect()];
    try {
      await holder.unsafe(`begin; update subscription set lease = lease + 1 where id = '${id}'`);
      let isDone = false;
      const work = { subscriptionId: id, lease };
      const written = writeOut(connection.sql, work, [defined(batch)]).finally(() => {
        isDone = true;
      });
      for (let isWaiting = false; !isWaiting && !isDone; ) {
        const rows = await watcher`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        isWaiting = rows.length > 0;
      }
      await holder.unsafe('commit');
      await written;
      expect(await counts()).toEqual({ batches: 1, rows: 0 });
    } finally {
      await Promise.all([holder.end(), watcher.end()]);
    }
  });

  test('The end of a subscription deletes its batches', async () => {
    const { id, fixture, place, counts } = await openTopic('ended');
    await place(2);
    await unwrap(store.subscriptions.end(id, fixture.now()));
    expect(await counts()).toEqual({ batches: 0, rows: 0 });
  });

  test('A run reads each row once, though its plans were made when the tables were empty', async () => {
    const { id, fixture } = await openTopic('plans');
    const { sql, countRows } = connection;
    const runs = createRuns(sql);
    const query = { subscriptionId: id, limit: 1_000, nowMs: fixture.now(), leaseMs: 1 };
    await sql`vacuum analyze event`;
    // After five runs of a statement, the server may keep its plan.
    for (let count = 0; count < 12; count++) await unwrap(runs.claimRun(query));
    await sql`
      insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms)
      select ${id}, gen_random_uuid(), 2, 'order', 'order.placed', 1, ${fixture.now()} from generate_series(1, 3000)`;
    let run: readonly unknown[] = [];
    const rows = await countRows(async () => {
      run = await unwrap(runs.claimRun(query));
    });
    expect(run).toHaveLength(1_000);
    // Each in the steps of a few plans. To look up the first of each order was millions.
    expect(rows).toBeLessThan(50_000);
  });
});
