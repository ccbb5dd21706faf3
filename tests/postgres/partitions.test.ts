import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { openPostgresArchive } from '../../adapters/postgres/archive/archive.ts';
import { partitionTables } from '../../adapters/postgres/partitions/convert.ts';
import { keepMonthsAhead, readEnds, warnOfEnds } from '../../adapters/postgres/partitions/months.ts';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import type { Store } from '../../core/store.ts';
import { archiveMonths, restoreFile } from '../../server/archiveMonths.ts';
import { checkDatabase } from '../../server/doctorDatabase.ts';
import { createEventFixture, typesOf } from '../contracts/eventFixture.ts';
import { createFixture, type Fixture, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld, type TestWorld } from '../world.ts';

const [december, february, march] = [Date.UTC(2024, 11, 15), Date.UTC(2025, 1, 1), Date.UTC(2025, 2, 1)];

describe.skipIf(!(await postgresAvailable()))('Monthly partitions', () => {
  let database: TestDatabase;
  let world: TestWorld;
  let store: Store;
  let fixture: Fixture;
  let sql: postgres.Sql<{ bigint: number }>;
  beforeEach(async () => {
    database = await createTestDatabase();
    world = createTestWorld(december);
    store = await openPostgresStore(world, { url: database.url });
    fixture = createFixture(store, world);
    sql = postgres(database.url, {
      max: 4,
      onnotice: () => {},
      types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    });
  });
  afterEach(async () => {
    await sql.end();
    await store.close();
    await database.drop();
  });

  const convert = (steps: string[] = []) =>
    partitionTables(database.url, {
      nowMs: world.clock.nowMs,
      timer: systemTimer,
      onStep: (text) => steps.push(text),
    });
  const complete = async (): Promise<void> => {
    for (;;) {
      world.advance(1_000);
      const { leases, processed } = await fixture.claimTasks('physical');
      for (const lease of leases) await fixture.report(lease, { kind: 'done', detail: null });
      if (leases.length === 0 && processed === 0) return;
    }
  };
  const sell = async (): Promise<string> => {
    const { id } = await fixture.placePaidOrder(await fixture.createProduct());
    await complete();
    return id;
  };
  /** The rows of each partition of the histories. */
  const partitions = async () => {
    const rows = await sql<{ name: string; count: number }[]>`
      select tableoid::regclass::text as name, count(*)::int as count from order_state group by 1 order by 1`;
    return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
  };

  test('A shop goes on over the move: what it had is the first partition, and each month gets its own', async () => {
    const { subscribe, hearAll } = createEventFixture(() => ({ store, world, fixture, close: store.close }));
    const subscription = await subscribe();
    const before = await sell();
    const found = await fixture.findOrder(before);
    const early = await hearAll(subscription);
    expect(await convert()).toEqual([
      { table: 'order_state', end: '2025-05' },
      { table: 'step_ledger', end: '2025-05' },
    ]);
    expect(await fixture.findOrder(before)).toEqual(found);
    expect(await unwrap(store.orders.history({ orderId: before, after: null, limit: 100 }))).toMatchObject({
      items: found.history,
    });
    world.clock.set(february);
    const after = await sell();
    expect(typesOf(await hearAll(subscription))).toEqual(typesOf(early));
    expect(await fixture.historyStates(after)).toEqual(await fixture.historyStates(before));
    expect(await partitions()).toEqual({
      order_state_before: found.history.length,
      order_state_2025_02: found.history.length,
    });
    expect(await convert()).toHaveLength(2);
  });

  test('The move keeps the key, the rights, the options and the trigger of each table', async () => {
    const role = `reader_${fixture.newId().replaceAll('-', '')}`;
    await sql.unsafe(`create role ${role}; grant select, insert on order_state, step_ledger to ${role}`);
    await convert();
    const keys = await sql`
      select conrelid::regclass::text as table, pg_get_constraintdef(oid) as key from pg_constraint
      where contype = 'p' and conrelid in ('order_state'::regclass, 'step_ledger'::regclass) order by 1`;
    expect([...keys]).toEqual([
      { table: 'order_state', key: 'PRIMARY KEY (order_id, seq)' },
      { table: 'step_ledger', key: 'PRIMARY KEY (task_id, step)' },
    ]);
    const [rights] = await sql`
      select has_table_privilege(${role}, 'order_state', 'insert') as insert, has_table_privilege(${role}, 'step_ledger', 'select') as select,
        has_table_privilege(${role}, 'order_state', 'delete') as delete`;
    expect(rights).toEqual({ insert: true, select: true, delete: false });
    const invalid = await sql`select 1 from pg_index where not indisvalid`;
    expect(invalid).toHaveLength(0);
    const options = await sql`
      select distinct reloptions::text as options from pg_class where relname like 'step\\_ledger\\_20__\\___'`;
    expect([...options]).toEqual([{ options: '{fillfactor=80}' }]);
    const triggers = await sql`
      select tgrelid::regclass::text as table from pg_trigger where tgname = 'order_state_events'`;
    expect([...triggers]).toEqual([{ table: 'order_state' }]);
    await sql.unsafe(`drop owned by ${role}; drop role ${role}`);
  });

  test('A hypertable of TimescaleDB is refused by its name, and nothing is changed', async () => {
    await sql.unsafe(`
      create schema timescaledb_information;
      create table timescaledb_information.hypertables (hypertable_schema name, hypertable_name name);
      insert into timescaledb_information.hypertables values ('public', 'step_ledger')`);
    const refused = convert().catch((cause: Error) => cause.message);
    expect(await refused).toContain('step_ledger is a hypertable');
    await sql`delete from timescaledb_information.hypertables`;
    expect(await readEnds(sql)).toEqual([]);
    expect(await convert()).toHaveLength(2);
  });

  test('Checkouts go on while the tables move, and a transaction that holds one is waited for', async () => {
    const holder = await sql.reserve();
    const { id } = await fixture.placeOrder(await fixture.createProduct());
    await holder.unsafe(
      `begin; insert into order_state (order_id, seq, state, at_ms) values ('${id}', 2, 'held', 1)`,
    );
    const steps: string[] = [];
    const moved = convert(steps);
    while (!steps.some((step) => step.includes('trying again'))) await sell();
    await holder.unsafe('rollback');
    holder.release();
    let done = false;
    void moved.then(() => {
      done = true;
    });
    const sold: string[] = [];
    while (!done) sold.push(await sell());
    await moved;
    for (const each of sold) expect(await fixture.historyStates(each)).toContain('completed');
  }, 60_000);

  test('Maintenance makes the months ahead, once however many processes run it', async () => {
    await convert();
    world.clock.set(march);
    await Promise.all(Array.from({ length: 4 }, () => unwrap(store.prune(march))));
    expect(await readEnds(sql)).toEqual([
      { table: 'order_state', end: '2025-08' },
      { table: 'step_ledger', end: '2025-08' },
    ]);
  });

  test('An order of a month without a partition is refused with a reason that names it, and nothing of it is written', async () => {
    const product = await fixture.createProduct();
    await convert();
    world.clock.set(Date.UTC(2025, 4, 1));
    const customerId = fixture.unique('customer');
    const request = { id: fixture.newId(), productId: product.id, quantity: 1, customerId, ttlMs: 60_000 };
    const contact = { email: 'an@example.com', language: null };
    const placed = await store.orders.place([{ ...request, contact }], world.clock.nowMs());
    expect(placed._unsafeUnwrapErr()).toMatchObject({
      kind: 'unavailable',
      reason: 'order_state has no partition for this month: run bun run partition',
    });
    expect(await sql`select 1 from orders`).toHaveLength(0);
    await unwrap(store.prune(world.clock.nowMs()));
    expect(await unwrap(store.orders.place([{ ...request, contact }], world.clock.nowMs()))).toHaveLength(1);
  });

  test('A user that may make no tables is told which month will be missing, once the next one is', async () => {
    await convert();
    const ends = await readEnds(sql);
    expect(warnOfEnds(ends, Date.UTC(2025, 2, 31))).toBeNull();
    expect(warnOfEnds(ends, Date.UTC(2025, 3, 1))).toBe('order_state has no partition for 2025-05 and later');
    expect(warnOfEnds([], Date.UTC(2025, 3, 1))).toBeNull();
    const role = `worker_${fixture.newId().replaceAll('-', '')}`;
    await sql.unsafe(`create role ${role}; grant ${role} to current_user`);
    const worker = await sql.reserve();
    await worker.unsafe(`set role ${role}`);
    const asWorker = Object.assign((...args: Parameters<typeof worker>) => worker(...args), {
      begin: async (work: (tx: typeof worker) => Promise<unknown>) => work(worker),
      unsafe: worker.unsafe,
    }) as unknown as Parameters<typeof keepMonthsAhead>[0];
    await keepMonthsAhead(asWorker, Date.UTC(2025, 2, 31));
    await keepMonthsAhead(asWorker, Date.UTC(2025, 3, 1));
    expect(await unwrap(store.missingPartition(Date.UTC(2025, 2, 31)))).toBeNull();
    expect(await unwrap(store.missingPartition(Date.UTC(2025, 3, 1)))).toBe(
      'order_state has no partition for 2025-05 and later',
    );
    await worker.unsafe('reset role');
    worker.release();
    await sql.unsafe(`drop owned by ${role}; drop role ${role}`);
  });

  test('The doctor says how far the partitions go, and what to do when the next one is missing', async () => {
    const findings = async () => {
      const found = await checkDatabase(world, { databaseUrl: database.url, role: 'all', kafka: null });
      return found.filter(({ text }) => text.includes('partition'));
    };
    expect(await findings()).toEqual([]);
    await convert();
    expect(await findings()).toEqual([
      { part: 'database', state: 'ok', text: 'its monthly partitions reach to 2025-05' },
    ]);
    world.clock.set(Date.UTC(2025, 3, 1));
    expect(await findings()).toEqual([
      {
        part: 'database',
        state: 'wrong',
        text: 'order_state has no partition for 2025-05 and later',
        advice: 'run bun run partition as the owner of the tables',
      },
    ]);
  });

  test('An archived month gives its room back, takes a late refund, and comes back without events', async () => {
    await convert();
    world.clock.set(february);
    const id = await sell();
    const order = await fixture.findOrder(id);
    const archive = await openPostgresArchive(database.url);
    const folder = mkdtempSync(join(tmpdir(), 'archive-'));
    const run = () =>
      archiveMonths(
        archive,
        { folder, before: '2025-03' },
        { stop: new AbortController().signal, onSlice: () => {}, onMonth: () => {} },
      );
    const bytes = async () => {
      const [row] = await sql`select pg_relation_size('order_state_2025_02')::int as bytes`;
      return row?.bytes;
    };
    expect(await bytes()).toBeGreaterThan(0);
    await run();
    expect(await bytes()).toBe(0);
    expect(await fixture.findOrder(id)).toMatchObject({ history: [], historyArchived: true });
    const refund = await fixture.requestRefund(id);
    await archive.release('2025-02');
    await fixture.finishRefund(refund.id, { kind: 'succeeded', reference: 're_1' });
    expect((await fixture.findOrder(id)).history).toHaveLength(2);
    const { subscribe, hearAll } = createEventFixture(() => ({ store, world, fixture, close: store.close }));
    const subscription = await subscribe();
    await restoreFile(archive, join(folder, 'history-2025-02.ndjson.gz'));
    expect((await fixture.findOrder(id)).history.slice(0, order.history.length)).toEqual([...order.history]);
    expect(await hearAll(subscription)).toEqual([]);
    await archive.close();
  });
});
