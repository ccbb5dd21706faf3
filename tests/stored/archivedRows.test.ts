import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Archive } from '../../core/archive.ts';
import { firstIdAt } from '../../core/id.ts';
import type { Store } from '../../core/store.ts';
import { createFixture, defined, type Fixture, unwrap } from '../contracts/fixture.ts';
import type { TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { archivedDatabases } from './archivedDatabases.ts';

describe.each(archivedDatabases)('Archived rows of $name', ({ create, openStore, openArchive }) => {
  let database: TestDatabase;
  let store: Store;
  let archive: Archive;
  let fixture: Fixture;
  beforeEach(async () => {
    database = await create();
    const world = createTestWorld(Date.UTC(2025, 0, 10));
    store = await openStore(world, database.url);
    archive = await openArchive(database.url);
    fixture = createFixture(store, world);
  }, 120_000);
  afterEach(async () => {
    await archive.close();
    await store.close();
    await database.drop();
  });

  const everything = { from: firstIdAt(0), until: firstIdAt(Date.UTC(2030, 0)) };
  const readHistory = () => archive.read('order_state', everything, null, 100);
  const cancelOne = async (): Promise<string> => {
    const { id, customerId } = await fixture.placeOrder(await fixture.createProduct());
    await unwrap(store.orders.cancel(id, customerId, fixture.now()));
    return id;
  };

  test('Only the rows that were read are removed', async () => {
    await cancelOne();
    const [first, second] = await readHistory();
    if (first === undefined || second === undefined) throw new Error('the order has no history');
    expect(await archive.remove('order_state', [first])).toBe(1);
    expect(await readHistory()).toEqual([second]);
  });

  test('The history of an order that is not finished stays', async () => {
    await fixture.placeOrder(await fixture.createProduct());
    expect(await archive.remove('order_state', await readHistory())).toBe(0);
    expect(await readHistory()).toHaveLength(1);
  });

  test('The history of an order that is disputed stays', async () => {
    const [lease] = await fixture.payAndLease([await fixture.createProduct()]);
    await fixture.report(defined(lease), { kind: 'done', detail: null });
    const { id, checkoutId, total, status } = await fixture.findOrder(defined(lease).order.id);
    expect(status).toBe('completed');
    const opened = { reference: 'dp_1', reason: 'fraudulent', status: 'open', isConfirmed: true } as const;
    const disputes = [{ ...opened, amount: total, atMs: fixture.now() }];
    const charge = { paymentId: defined(checkoutId), disputes, createId: fixture.newId };
    expect(await unwrap(store.disputes.record(charge, fixture.now()))).toBe(1);
    const history = await readHistory();
    expect(history.map((row) => row.id)).toContain(id);
    expect(await archive.remove('order_state', history)).toBe(0);
  });

  test('A history row that is still there is not restored', async () => {
    await cancelOne();
    expect(await archive.restore(await readHistory())).toBe(0);
  });

  test('The step ledger of a task that is still there stays', async () => {
    await fixture.payAndLease([await fixture.createProduct()]);
    const entries = await archive.read('step_ledger', everything, null, 100);
    expect(entries).toHaveLength(1);
    expect(await archive.remove('step_ledger', entries)).toBe(0);
  });

  test('An entry of the step ledger is restored once', async () => {
    const entry = { table: 'step_ledger', step: 'notify', intendedMs: 1, acceptedMs: 2 } as const;
    const rows = [{ ...entry, id: fixture.newId() }];
    expect(await archive.restore(rows)).toBe(1);
    expect(await archive.restore(rows)).toBe(0);
  });
});
