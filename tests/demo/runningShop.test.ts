import { describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import { buildOutcomeRecord } from '../../core/buildOutcomeRecord.ts';
import type { Store } from '../../core/store.ts';
import { loadDemoProducts } from '../../demo/loadProducts.ts';
import { writeHistory } from '../../demo/writeHistory.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';

const dayMs = 86_400_000;
const nowMs = createTestWorld().clock.nowMs();
const options = { orders: 300, days: 30, stop: new AbortController().signal, onBatch: () => {} };

/** An order of a real customer, paid at `atMs`, whose task no worker has claimed. Returns its id. */
const placePaidOrder = async (store: Store, atMs: number): Promise<string> => {
  const world = createTestWorld(atMs);
  await loadDemoProducts(store.products, world.clock);
  const page = await store.products.list({ search: null, type: 'physical', after: null, limit: 1 });
  const id = world.ids.next(atMs);
  const contact = { email: 'lan@example.com', language: 'vi' };
  const productId = page._unsafeUnwrap().items[0]?.id ?? '';
  await store.orders.place(
    [{ id, customerId: 'lan', contact, productId, quantity: 1, ttlMs: 86_400_000 }],
    atMs,
  );
  const request = {
    checkoutId: world.ids.next(atMs),
    key: world.ids.next(atMs),
    customerId: 'lan',
    orderIds: [id],
    method: 'pm_card_visa',
    recoverAtMs: atMs + 15_000,
  };
  const [claim] = (await store.audits.claim([request], atMs))._unsafeUnwrap();
  if (claim === undefined) throw new Error('the claim returned no result');
  const outcome = { kind: 'succeeded', reference: 'ch_1' } as const;
  await store.audits.recordOutcomes([buildOutcomeRecord(claim._unsafeUnwrap(), outcome, 'r', world)], atMs);
  return id;
};

describe('a history seeded into a running shop', () => {
  test('Seeding leaves a task of a real order for the worker, without counting an attempt or crash', async () => {
    const store = createMemoryStore(createTestWorld());
    const id = await placePaidOrder(store, nowMs - 20 * dayMs);
    const written = await writeHistory(store, createTestWorld(nowMs), options);
    expect(written._unsafeUnwrap().placed).toBe(300);

    const everyTask = {
      ...{ state: null, pipeline: null, step: null, error: null, orderId: null },
      ...{ after: null, limit: 100, nowMs },
    };
    const tasks = (await store.queue.tasks(everyTask))._unsafeUnwrap().items;
    expect(tasks).toMatchObject([
      { orderIds: [id], state: 'ready', step: 'notify_customer', attempts: 0, crashes: 0 },
    ]);
    expect((await store.orders.find(id))._unsafeUnwrap()?.status).toBe('completed');
  });

  test('A killed seeding leaves its open payments to the recovery of the shop, but only after a delay', async () => {
    const store = createMemoryStore(createTestWorld());
    const recordOutcomes: typeof store.audits.recordOutcomes = (records, atMs) =>
      records.length === 0 ? store.audits.recordOutcomes(records, atMs) : Promise.reject('killed');
    const dyingStore = { ...store, audits: { ...store.audits, recordOutcomes } };
    const killed = writeHistory(dyingStore, createTestWorld(nowMs), options);
    await expect(killed).rejects.toBe('killed');
    const claimOpenAt = (atMs: number) =>
      store.audits.claimOpenPayments({
        nowMs: atMs,
        nextRecoveryAtMs: () => atMs + dayMs,
        limit: 50,
        onlyPaymentId: null,
      });
    expect((await claimOpenAt(nowMs + 60_000))._unsafeUnwrap()).toEqual([]);
    expect((await claimOpenAt(nowMs + 2 * 3_600_000))._unsafeUnwrap()).not.toEqual([]);
  });

  test('A unit that is sold while a seeding reads the stock stays sold', async () => {
    const store = createMemoryStore(createTestWorld());
    await loadDemoProducts(store.products, { nowMs: () => nowMs });
    const page = await store.products.list({ search: null, type: 'physical', after: null, limit: 1 });
    const product = page._unsafeUnwrap().items[0];
    const id = product?.id ?? '';
    let sold = false;
    const list: typeof store.products.list = async (query) => {
      const listed = await store.products.list(query);
      if (!sold) await store.products.change(id, { stock: { add: -1 } }, nowMs);
      sold = true;
      return listed;
    };
    const selling = { ...store, products: { ...store.products, list } };
    (await writeHistory(selling, createTestWorld(nowMs), options))._unsafeUnwrap();
    const after = (await store.products.find(id))._unsafeUnwrap();
    expect(after?.stock).toBe((product?.stock ?? 0) - 1);
  });

  test('A second seeding adds a second history', async () => {
    const store = createMemoryStore(createTestWorld());
    const first = await writeHistory(store, createTestWorld(nowMs), options);
    const second = await writeHistory(store, createTestWorld(nowMs), options);
    expect([first._unsafeUnwrap().placed, second._unsafeUnwrap().placed]).toEqual([300, 300]);
    const { counts } = (await store.queue.stats(nowMs))._unsafeUnwrap();
    expect(counts.filter(({ tasks }) => tasks > 0)).toEqual([]);
  });

  test('An aborted seeding stops between two batches and leaves no order unfinished', async () => {
    const store = createMemoryStore(createTestWorld());
    const controller = new AbortController();
    const batches: number[] = [];
    const onBatch = ({ placed }: { readonly placed: number }) => {
      if (batches.push(placed) === 3) controller.abort();
    };
    const written = await writeHistory(store, createTestWorld(nowMs), {
      ...options,
      stop: controller.signal,
      onBatch,
    });
    expect(batches).toHaveLength(3);
    expect(written._unsafeUnwrap().placed).toBe(batches[2] ?? 0);
    const { counts } = (await store.queue.stats(nowMs))._unsafeUnwrap();
    expect(counts.filter(({ tasks }) => tasks > 0)).toEqual([]);
  });

  test('The leases of a seeding do not expire by the clock of the workers that rescue tasks', async () => {
    const store = createMemoryStore(createTestWorld());
    const rescued: number[] = [];
    const report: Store['queue']['report'] = async (reports, atMs) => {
      const tasks = await store.queue.rescue({ nowMs: nowMs + 1_000, crashesMax: 5, limit: 100 });
      rescued.push(tasks._unsafeUnwrap());
      return store.queue.report(reports, atMs);
    };
    await writeHistory({ ...store, queue: { ...store.queue, report } }, createTestWorld(nowMs), options);
    expect(rescued.length).toBeGreaterThan(100);
    expect(rescued.filter((tasks) => tasks > 0)).toEqual([]);
  });

  const down = { kind: 'unavailable', reason: 'the disk is full' } as const;
  const refuse = () => Promise.resolve(err(down));
  test.each<[string, (store: Store) => Partial<Store>]>([
    ['loading products', ({ products }) => ({ products: { ...products, upsert: refuse } })],
    ['adding stock', ({ products }) => ({ products: { ...products, change: refuse } })],
    ['listing products', ({ products }) => ({ products: { ...products, list: refuse } })],
    ['placing orders', ({ orders }) => ({ orders: { ...orders, place: refuse } })],
    ['claiming checkouts', ({ audits }) => ({ audits: { ...audits, claim: refuse } })],
    ['recording outcomes', ({ audits }) => ({ audits: { ...audits, recordOutcomes: refuse } })],
    ['cancelling orders', ({ orders }) => ({ orders: { ...orders, cancel: refuse } })],
    ['claiming tasks', ({ queue }) => ({ queue: { ...queue, claim: refuse } })],
    ['reporting tasks', ({ queue }) => ({ queue: { ...queue, report: refuse } })],
    ['releasing tasks', ({ queue }) => ({ queue: { ...queue, release: refuse } })],
  ])('The seeding stops and returns the failure when %s fails', async (_, withFailure) => {
    const store = createMemoryStore(createTestWorld());
    const batches: number[] = [];
    const onBatch = ({ placed }: { readonly placed: number }) => {
      batches.push(placed);
    };
    const written = await writeHistory({ ...store, ...withFailure(store) }, createTestWorld(nowMs, 11), {
      ...options,
      onBatch,
    });
    expect(written._unsafeUnwrapErr()).toEqual(down);
    expect(batches.length).toBeLessThan(100);
  });
});
