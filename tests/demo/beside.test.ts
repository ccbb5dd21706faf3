import { describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import { outcomeRecordOf } from '../../core/outcomeRecord.ts';
import type { Store } from '../../core/store.ts';
import { loadDemoProducts } from '../../demo/loadProducts.ts';
import { writeHistory } from '../../demo/writeHistory.ts';
import { createMemoryStore } from '../model/store.ts';
import { testWorld } from '../world.ts';

const dayMs = 86_400_000;
const nowMs = testWorld().clock.nowMs();
const settings = { orders: 300, days: 30, stop: new AbortController().signal, onBatch: () => {} };

/** An order that a customer of the shop itself has paid at `atMs`, and that no worker has taken up. */
const paidOrder = async (store: Store, atMs: number): Promise<string> => {
  const world = testWorld(atMs);
  await loadDemoProducts(store.products, world.clock);
  const page = await store.products.list({ search: null, type: 'physical', after: null, limit: 1 });
  const id = world.ids.next(atMs);
  const contact = { email: 'lan@example.com', language: 'vi' };
  const productId = page._unsafeUnwrap().items[0]?.id ?? '';
  await store.orders.place([{ id, customerId: 'lan', contact, productId, quantity: 1 }], atMs);
  const request = {
    checkoutId: world.ids.next(atMs),
    key: world.ids.next(atMs),
    customerId: 'lan',
    orderIds: [id],
    method: 'pm_card_visa',
    reconcileAtMs: atMs + 15_000,
  };
  const [claim] = (await store.audits.claim([request], atMs))._unsafeUnwrap();
  if (claim === undefined) throw new Error('the claim was not answered');
  const outcome = { kind: 'succeeded', reference: 'ch_1' } as const;
  await store.audits.recordOutcomes([outcomeRecordOf(claim._unsafeUnwrap(), outcome, 'r', world)], atMs);
  return id;
};

describe('a history seeded into a shop that is in use', () => {
  test('leaves another’s work to the shop’s worker, with nothing counted against it', async () => {
    const store = createMemoryStore(testWorld());
    const id = await paidOrder(store, nowMs - 20 * dayMs);
    const written = await writeHistory(store, testWorld(nowMs), settings);
    expect(written._unsafeUnwrap().placed).toBe(300);

    const everyTask = { state: null, pipeline: null, orderId: null, after: null, limit: 100, nowMs };
    const tasks = (await store.queue.tasks(everyTask))._unsafeUnwrap().items;
    expect(tasks).toMatchObject([
      { orderId: id, state: 'ready', step: 'notify_customer', attempts: 0, crashes: 0 },
    ]);
    expect((await store.orders.find(id))._unsafeUnwrap()?.status).toBe('paid');
  });

  test('leaves a payment that the shop has open to its reconciler, and its own to nobody', async () => {
    const store = createMemoryStore(testWorld());
    const settle: typeof store.audits.recordOutcomes = (settlements, atMs) =>
      settlements.length === 0 ? store.audits.recordOutcomes(settlements, atMs) : Promise.reject('killed');
    const inTheMiddle = { ...store, audits: { ...store.audits, recordOutcomes: settle } };
    const killed = writeHistory(inTheMiddle, testWorld(nowMs), settings);
    await expect(killed).rejects.toBe('killed');
    const takeAt = (atMs: number) =>
      store.audits.claimOpenPayments({ nowMs: atMs, againAtMs: () => atMs + dayMs, limit: 50, only: null });
    expect((await takeAt(nowMs + 60_000))._unsafeUnwrap()).toEqual([]);
    expect((await takeAt(nowMs + 2 * 3_600_000))._unsafeUnwrap()).not.toEqual([]);
  });

  test('adds a second history to a first', async () => {
    const store = createMemoryStore(testWorld());
    const first = await writeHistory(store, testWorld(nowMs), settings);
    const second = await writeHistory(store, testWorld(nowMs), settings);
    expect([first._unsafeUnwrap().placed, second._unsafeUnwrap().placed]).toEqual([300, 300]);
    const { counts } = (await store.queue.stats(nowMs))._unsafeUnwrap();
    expect(counts.filter(({ tasks }) => tasks > 0)).toEqual([]);
  });

  test('stops between two batches when asked to, with every order whole', async () => {
    const store = createMemoryStore(testWorld());
    const stopping = new AbortController();
    const batches: number[] = [];
    const onBatch = ({ placed }: { readonly placed: number }) => {
      if (batches.push(placed) === 3) stopping.abort();
    };
    const tally = await writeHistory(store, testWorld(nowMs), {
      ...settings,
      stop: stopping.signal,
      onBatch,
    });
    expect(batches).toHaveLength(3);
    expect(tally._unsafeUnwrap().placed).toBe(batches[2] ?? 0);
    const { counts } = (await store.queue.stats(nowMs))._unsafeUnwrap();
    expect(counts.filter(({ tasks }) => tasks > 0)).toEqual([]);
  });

  test('holds its tasks for as long as it works on them, by the clock of whoever might rescue them', async () => {
    const store = createMemoryStore(testWorld());
    const rescued: number[] = [];
    const settle: Store['queue']['report'] = async (reports, atMs) => {
      const rescue = await store.queue.rescue({ nowMs: nowMs + 1_000, crashesMax: 5, limit: 100 });
      rescued.push(rescue._unsafeUnwrap());
      return store.queue.report(reports, atMs);
    };
    await writeHistory({ ...store, queue: { ...store.queue, report: settle } }, testWorld(nowMs), settings);
    expect(rescued.length).toBeGreaterThan(100);
    expect(rescued.filter((tasks) => tasks > 0)).toEqual([]);
  });

  const down = { kind: 'unavailable', reason: 'the disk is full' } as const;
  const refuse = () => Promise.resolve(err(down));
  test.each<[string, (store: Store) => Partial<Store>]>([
    ['load', ({ products }) => ({ products: { ...products, upsert: refuse } })],
    [
      'stock up',
      ({ products }) => ({
        products: {
          ...products,
          upsert: (drafts, atMs, existing) =>
            existing === 'replace' ? refuse() : products.upsert(drafts, atMs, existing),
        },
      }),
    ],
    ['list', ({ products }) => ({ products: { ...products, list: refuse } })],
    ['place', ({ orders }) => ({ orders: { ...orders, place: refuse } })],
    ['claim', ({ audits }) => ({ audits: { ...audits, claim: refuse } })],
    ['settle', ({ audits }) => ({ audits: { ...audits, recordOutcomes: refuse } })],
    ['cancel', ({ orders }) => ({ orders: { ...orders, cancel: refuse } })],
    ['take', ({ queue }) => ({ queue: { ...queue, claim: refuse } })],
    ['report', ({ queue }) => ({ queue: { ...queue, report: refuse } })],
    ['give back', ({ queue }) => ({ queue: { ...queue, release: refuse } })],
  ])('stops and says so where the database fails: %s', async (_, breaking) => {
    const store = createMemoryStore(testWorld());
    const batches: number[] = [];
    const onBatch = ({ placed }: { readonly placed: number }) => {
      batches.push(placed);
    };
    const written = await writeHistory({ ...store, ...breaking(store) }, testWorld(nowMs, 11), {
      ...settings,
      onBatch,
    });
    expect(written._unsafeUnwrapErr()).toEqual(down);
    expect(batches.length).toBeLessThan(100);
  });
});
