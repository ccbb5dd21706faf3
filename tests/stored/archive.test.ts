import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Archive, idsOfMonth } from '../../core/archive.ts';
import type { Store } from '../../core/store.ts';
import { archiveMonths, type MonthResult, restoreFile } from '../../server/archiveMonths.ts';
import { openDatabase } from '../chaos/run/database.ts';
import { createEventFixture } from '../contracts/eventFixture.ts';
import { createFixture, type Fixture, listAll, unwrap } from '../contracts/fixture.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import type { TestDatabase } from '../processes/postgres.ts';
import { createTestWorld, type TestWorld } from '../world.ts';
import { archivedDatabases } from './archivedDatabases.ts';

describe.each(archivedDatabases)('Archive of $name', ({ create, openStore, openArchive }) => {
  let database: TestDatabase;
  let world: TestWorld;
  let store: Store;
  let archive: Archive;
  let fixture: Fixture;
  let folder: string;
  beforeEach(async () => {
    database = await create();
    world = createTestWorld(Date.UTC(2024, 11, 31, 23, 59, 59, 999));
    store = await openStore(world, database.url);
    archive = await openArchive(database.url);
    fixture = createFixture(store, world);
    folder = createScratchFolder('archive', { inMemory: true });
  });
  afterEach(async () => {
    await archive.close();
    await store.close();
    await database.drop();
  });

  /** Runs the pipeline of all tasks to its end. */
  const complete = async (type: string): Promise<void> => {
    for (;;) {
      world.advance(1_000);
      const { leases, processed } = await fixture.claimTasks(type);
      for (const lease of leases) await fixture.report(lease, { kind: 'done', detail: null });
      if (leases.length === 0 && processed === 0) return;
    }
  };
  const sell = async (): Promise<string> => {
    const { id } = await fixture.placePaidOrder(await fixture.createProduct());
    await complete('physical');
    expect(await fixture.findOrder(id)).toMatchObject({ status: 'completed' });
    return id;
  };
  const run = async (before: string, changes: Partial<Parameters<typeof archiveMonths>[2]> = {}) => {
    const results: MonthResult[] = [];
    await archiveMonths(
      archive,
      { folder, before },
      {
        stop: new AbortController().signal,
        onSlice: () => {},
        onMonth: (result) => results.push(result),
        ...changes,
      },
    );
    return results.map((result) => ({ ...result, month: `${result.kind} ${result.month}` }));
  };
  const monthsOf = (results: readonly { readonly month: string }[]) => results.map(({ month }) => month);
  const fileOf = (name: string) => join(folder, name);
  const rowsOf = async (month: string) => {
    const range = idsOfMonth(month);
    return [
      ...(await archive.read('order_state', range, null, 1_000)),
      ...(await archive.read('step_ledger', range, null, 1_000)),
    ];
  };
  const stored = async (query: string) => {
    const { run: read, close } = openDatabase(database.url);
    try {
      return await read(query);
    } finally {
      await close();
    }
  };

  test('A month goes out and comes back with the same rows and the same checksum', async () => {
    world.clock.set(Date.UTC(2025, 0, 1));
    const id = await sell();
    const before = await fixture.findOrder(id);
    const rows = await rowsOf('2025-01');
    expect(rows.length).toBeGreaterThan(6);
    expect(new Set(rows.map(({ table }) => table)).size).toBe(2);

    const [first] = await run('2025-02');
    expect(first).toMatchObject({ month: 'archived 2025-01', orders: 1, file: { rows: rows.length } });
    expect(await rowsOf('2025-01')).toEqual([]);
    const { history: _, ...rest } = before;
    expect(await fixture.findOrder(id)).toEqual({ ...rest, history: [], historyArchived: true });
    const path = fileOf('history-2025-01.ndjson.gz');
    const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows);

    expect(await restoreFile(archive, path)).toEqual({ rows: rows.length, written: rows.length });
    expect(await rowsOf('2025-01')).toEqual(rows);
    expect(await fixture.findOrder(id)).toEqual(before);
    expect(await restoreFile(archive, path)).toMatchObject({ written: 0 });
    // The same rows make the same file.
    expect(await run('2025-02')).toEqual(first === undefined ? [] : [first]);
    expect(readdirSync(folder).toSorted()).toEqual([
      'history-2025-01.ndjson.gz',
      'history-2025-01.ndjson.gz.sha256',
    ]);
  });

  test('A history whose reason has a separator of lines goes out and comes back', async () => {
    world.advance(1);
    const id = await sell();
    await stored(
      `update order_state set detail = 'one\u2028two\u2029three' where order_id = '${id}' and seq = 2`,
    );
    const before = await rowsOf('2025-01');
    expect(monthsOf(await run('2025-02'))).toEqual(['archived 2025-01']);
    expect(await rowsOf('2025-01')).toEqual([]);
    await restoreFile(archive, fileOf('history-2025-01.ndjson.gz'));
    expect(await rowsOf('2025-01')).toEqual(before);
  });

  test('A month begins and ends at midnight of UTC, and months that have not ended before the given one stay', async () => {
    const inDecember = await fixture.placeOrder(await fixture.createProduct());
    world.advance(1);
    const inJanuary = await fixture.placeOrder(await fixture.createProduct());
    for (const { id, customerId } of [inDecember, inJanuary])
      await unwrap(store.orders.cancel(id, customerId, world.clock.nowMs()));
    expect(monthsOf(await run('2025-01'))).toEqual(['archived 2024-12']);
    expect(await fixture.findOrder(inDecember.id)).toMatchObject({ history: [], historyArchived: true });
    expect(await fixture.findOrder(inJanuary.id)).not.toHaveProperty('historyArchived');
    expect(await fixture.historyStates(inJanuary.id)).toEqual(['pending', 'cancelled']);
  });

  test.each([
    ['a pending order', (id: string) => `update orders set status = 'pending' where id = '${id}'`],
    ['a failed order', (id: string) => `update orders set status = 'failed' where id = '${id}'`],
    ['a disputed order', (id: string) => `update orders set disputed = (1 = 1) where id = '${id}'`],
  ])('A month with %s stays whole', async (_, change) => {
    world.advance(1);
    const [id, other] = [await sell(), await sell()];
    await stored(change(id));
    const rows = await rowsOf('2025-01');
    expect(await run('2025-02')).toMatchObject([{ month: 'stays 2025-01', unfinished: { orders: 1 } }]);
    expect(await rowsOf('2025-01')).toEqual(rows);
    expect(await fixture.historyStates(other)).toContain('completed');
  });

  test('A month with a refund that has not ended stays whole, and goes out after it', async () => {
    world.advance(1);
    const id = await sell();
    const refund = await fixture.requestRefund(id);
    expect(await run('2025-02')).toMatchObject([
      { month: 'stays 2025-01', unfinished: { orders: 0, refunds: 1 } },
    ]);
    await fixture.finishRefund(refund.id, { kind: 'succeeded', reference: 're_1' });
    await stored('delete from task');
    expect(monthsOf(await run('2025-02'))).toEqual(['archived 2025-01']);
  });

  test('A month with an event that nobody has heard stays whole, and goes out after it', async () => {
    world.advance(1);
    const { subscribe, hearAll, claimRun } = createEventFixture(() => ({
      ...{ store, world, fixture, close: store.close },
    }));
    const topic = { kind: 'kafka', secret: null, target: 'orders' } as const;
    const endpoint = await subscribe(['order.placed']);
    const kafka = await subscribe(['order.completed', 'checkout.succeeded'], topic);
    await sell();
    const stays = { month: 'stays 2025-01', unfinished: { orders: 0, refunds: 0, tasks: 0 } };
    expect(await run('2025-02')).toMatchObject([{ ...stays, unfinished: { events: 2 } }]);
    expect(await hearAll(endpoint)).toHaveLength(1);
    expect(await run('2025-02')).toMatchObject([{ ...stays, unfinished: { events: 1 } }]);
    const reports = (await claimRun(kafka)).map((event) => ({
      ...{ ...event, outcome: { kind: 'delivered' } as const },
    }));
    await unwrap(store.events.reportRun(kafka, reports, null));
    expect(monthsOf(await run('2025-02'))).toEqual(['archived 2025-01']);
  });

  test('Events of an archived order have its status and its checkout', async () => {
    world.advance(1);
    const id = await sell();
    await run('2025-02');
    const { subscribe, hearAll } = createEventFixture(() => ({ store, world, fixture, close: store.close }));
    const subscription = await subscribe(['order.step', 'order.refunded']);
    const refund = await fixture.requestRefund(id);
    await fixture.finishRefund(refund.id, { kind: 'succeeded', reference: 're_1' });
    const { checkoutId, number } = await fixture.findOrder(id);
    const heard = (await hearAll(subscription)).map(({ body }) => JSON.parse(body).data.order);
    expect(heard).toMatchObject([
      { status: 'completed', checkoutId, number },
      { status: 'refunded', checkoutId, number },
    ]);
  });

  test('An order whose dispute began after its file was written keeps its history', async () => {
    world.advance(1);
    const [id, other] = [await sell(), await sell()];
    const rows = await rowsOf('2025-01');
    const read = archive.read;
    archive.read = async (...query) => {
      await stored(`update orders set disputed = (1 = 1) where id = '${id}'`);
      return read(...query);
    };
    await run('2025-02');
    archive.read = read;
    expect((await rowsOf('2025-01')).filter(({ table }) => table === 'order_state')).toEqual(
      rows.filter((row) => row.table === 'order_state' && row.id === id),
    );
    expect(await fixture.findOrder(other)).toMatchObject({ historyArchived: true });
  });

  test('A refund of an archived order goes on, and its rows become a second file', async () => {
    world.advance(1);
    const id = await sell();
    const before = await fixture.findOrder(id);
    await run('2025-02');
    const refund = await fixture.requestRefund(id);
    await fixture.finishRefund(refund.id, { kind: 'succeeded', reference: 're_1' });
    const order = await fixture.findOrder(id);
    expect(order).toMatchObject({ status: 'refunded', historyArchived: true });
    expect(order.history.map(({ state }) => state)).toEqual(['refund_requested', 'refunded']);
    expect(order.history[0]?.seq).toBe(before.history.length + 1);
    const pages = (after: number | null) => store.orders.history({ orderId: id, after, limit: 1 });
    expect(await listAll(pages)).toEqual(order.history);
    await stored('delete from task');
    await run('2025-02');
    for (const name of ['history-2025-01.ndjson.gz', 'history-2025-01.2.ndjson.gz'])
      await restoreFile(archive, fileOf(name));
    expect((await fixture.findOrder(id)).history).toEqual([...before.history, ...order.history]);
  });

  test('A run that is stopped between its file and its deletions is taken up', async () => {
    world.advance(1);
    const id = await sell();
    const controller = new AbortController();
    const remove = archive.remove;
    archive.remove = async (...rows) => {
      controller.abort();
      return remove(...rows);
    };
    expect(await run('2025-02', { stop: controller.signal })).toEqual([]);
    archive.remove = remove;
    expect((await rowsOf('2025-01')).map(({ table }) => table)).toContain('step_ledger');
    expect(monthsOf(await run('2025-02'))).toEqual(['archived 2025-01']);
    expect(await rowsOf('2025-01')).toEqual([]);
    for (const name of ['history-2025-01.ndjson.gz', 'history-2025-01.2.ndjson.gz'])
      await restoreFile(archive, fileOf(name));
    expect(await fixture.historyStates(id)).toContain('completed');
  });

  test('A history that comes back makes no events', async () => {
    world.advance(1);
    const id = await sell();
    await run('2025-02');
    const { subscribe, hearAll } = createEventFixture(() => ({ store, world, fixture, close: store.close }));
    const subscription = await subscribe();
    await restoreFile(archive, fileOf('history-2025-01.ndjson.gz'));
    expect(await fixture.historyStates(id)).toContain('completed');
    expect(await hearAll(subscription)).toEqual([]);
    // New rows make events as before.
    await fixture.placeOrder(await fixture.createProduct());
    expect((await hearAll(subscription)).map(({ type }) => type)).toEqual(['order.placed']);
  });

  test('A file that was changed, and one of another database, are refused and change nothing', async () => {
    world.advance(1);
    const id = await sell();
    await run('2025-02');
    const path = fileOf('history-2025-01.ndjson.gz');
    await stored(`update orders set id = '${fixture.newId()}' where id = '${id}'`);
    expect(restoreFile(archive, path)).rejects.toThrow('is not of this database');
    appendFileSync(path, 'x');
    expect(restoreFile(archive, path)).rejects.toThrow('is damaged');
    expect(restoreFile(archive, fileOf('other.gz'))).rejects.toThrow('there is no file');
    expect((await rowsOf('2025-01')).filter(({ table }) => table === 'order_state')).toEqual([]);
  });

  test('A file names no address, and requests that name a customer stay in the database', async () => {
    world.advance(1);
    const id = await sell();
    await stored(
      `update order_state set detail = '550 no such user <an@shop.test>' where order_id = '${id}' and seq = 2`,
    );
    await stored(
      `insert into step_ledger (task_id, step, intended_ms, body) values ('${fixture.newId()}', 'book', 1, '{"email":"an@shop.test"}')`,
    );
    await run('2025-02');
    const text = gunzipSync(readFileSync(fileOf('history-2025-01.ndjson.gz'))).toString();
    expect(text).toContain('550 no such user');
    expect(text).not.toContain('an@shop.test');
    expect(await stored('select step from step_ledger')).toEqual([{ step: 'book' }]);
  });
});
