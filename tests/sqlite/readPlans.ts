import { spyOn } from 'bun:test';
import { createConnection, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver } from '../../adapters/sqlite/store.ts';
import { moneyChecks } from '../../core/ledger.ts';
import { orderStatuses } from '../../core/order.ts';
import { taskStates } from '../../core/queue.ts';
import { parseQuery } from '../../core/search.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';

/** Calls each function of a store. Returns the plan of each statement that it prepares, by the statement's text. */
export const readAllPlans = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
  const client = openClient({ path: ':memory:' });
  const world = createTestWorld();
  migrate(client, 0);
  const prepareSpy = spyOn(client, 'prepare');
  const store = createStoreOver(createConnection(client), world);
  const shop = createFixture(store, world);

  // A search of an empty table asks nothing.
  await shop.placeOrder(await shop.createProduct());
  const [searchQuery, id] = [parseQuery('áo thun'), shop.newId()];
  const any = {
    search: null,
    status: null,
    type: null,
    fromMs: null,
    toMs: null,
    customerId: null,
    number: null,
  };
  const narrow = { customerId: 'c', fromMs: 1, toMs: 2, after: id, limit: 20 };
  await unwrap(store.orders.list({ ...any, after: null, limit: 20 }));
  for (const status of orderStatuses)
    await unwrap(store.orders.list({ ...any, after: id, limit: 20, status }));
  const ofCheckout = { ...any, number: { prefix: 'T-', sequence: 1 }, after: null, limit: 20 };
  await unwrap(store.orders.list(ofCheckout));
  await unwrap(store.orders.list({ ...ofCheckout, customerId: 'c' }));
  for (const search of [searchQuery, null]) {
    await unwrap(store.orders.list({ ...any, ...narrow, search, type: 'service', status: 'paid' }));
    await unwrap(store.orders.list({ ...any, search, after: id, limit: 20 }));
    await unwrap(store.products.list({ search, type: 'service', after: { tier: 1, id }, limit: 20 }));
    await unwrap(store.products.list({ search, type: null, after: { tier: 0, id }, limit: 20 }));
    const archived = { search, archived: true, after: { tier: 1, id }, limit: 20 };
    for (const type of ['service', null]) await unwrap(store.products.list({ ...archived, type }));
  }
  const tasks = {
    ...{ state: null, pipeline: null, step: null, error: null, orderId: null },
    ...{ after: id, limit: 20, nowMs: 1 },
  };
  for (const state of [...taskStates, null]) await unwrap(store.queue.tasks({ ...tasks, state }));
  await unwrap(store.queue.tasks({ ...tasks, orderId: id }));
  await unwrap(store.queue.failures());
  await unwrap(store.queue.recordHistory(1e12));
  await unwrap(store.queue.history(1e12));
  for (const state of ['failed', 'waiting'] as const) {
    const filter = { state, pipeline: 'physical', step: 's', error: 'e' };
    await unwrap(store.queue.matchingIds({ filter, upTo: id, after: id, limit: 20, nowMs: 1 }));
  }
  for (const orderId of [id, null])
    for (const status of ['failed', null] as const)
      for (const after of [id, null]) await unwrap(store.refunds.list({ orderId, status, after, limit: 20 }));
  await unwrap(store.ledger.counts(1));
  for (const check of moneyChecks)
    await unwrap(store.ledger.cases({ check, nowMs: 1, after: id, limit: 20 }));
  for (const after of [id, null]) await unwrap(store.ledger.reconciliations({ after, limit: 20 }));
  await unwrap(store.ledger.differences({ reconciliationId: id, after: id, limit: 20 }));
  await unwrap(store.ledger.findReconciliation(id));
  const activity = { actor: null, action: null, target: null, fromMs: null, toMs: null, after: null };
  for (const filter of [{}, { actor: 'a' }, { action: 'a' }, { target: 'a' }, { fromMs: 1, after: id }])
    await unwrap(store.activity.list({ ...activity, ...filter, limit: 20 }));
  await unwrap(store.mailbox.list({ to: 'a@b.c', after: '<1@x>', limit: 20 }));
  await unwrap(store.secret('name', 'fresh'));
  await unwrap(store.prune(1));

  const sources = new Set(prepareSpy.mock.calls.map(([source]) => source));
  const planOf = (source: string) =>
    client
      .prepare<[], { detail: string }>(`explain query plan ${source.replace(/\?|\$\w+/g, "'1'")}`)
      .all()
      .map(({ detail }) => detail);
  return new Map(
    [...sources]
      .filter((source) => /^\s*(select|with|insert|update|delete)\b/i.test(source))
      .map((source) => [source.replace(/\s+/g, ' ').trim(), planOf(source)]),
  );
};
