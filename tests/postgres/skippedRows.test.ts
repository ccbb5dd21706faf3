import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { firstIdAt } from '../../core/id.ts';
import { refundPipeline } from '../../core/pipelines/refund.ts';
import { foldVersion } from '../../core/search.ts';
import type { Store } from '../../core/store.ts';
import { createEventFixture } from '../contracts/eventFixture.ts';
import { createFixture, defined, type Fixture, refundSucceeded, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld, type TestWorld } from '../world.ts';

/** What waits for a lock ends so, because the holder goes on only after it. */
const limits = { statementMs: 60_000, lockMs: 2_000, clientMs: 90_000 };

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: rows that another process works on', () => {
  const opened: TestDatabase[] = [];
  let world: TestWorld;
  let store: Store;
  let shop: Fixture;
  let holder: postgres.Sql;

  beforeEach(async () => {
    const database = await createTestDatabase();
    opened.push(database);
    world = createTestWorld();
    store = await openPostgresStore(world, { url: database.url, limits });
    shop = createFixture(store, world);
    holder = postgres(database.url, { max: 1, onnotice: () => {} });
  });
  afterEach(async () => {
    await Promise.all([store.close(), holder.end()]);
  });
  afterAll(async () => {
    for (const database of opened) await database.drop();
  });

  /** Holds rows until the test ends. */
  const hold = (rows: string) => holder.unsafe(`begin; select from ${rows} for update`);

  /** Pays orders of one product, each in a checkout of its own, one a millisecond. Returns their tasks, oldest first. */
  const payEach = async (count: number): Promise<readonly string[]> => {
    const orders = await shop.placeOrders(Array(count).fill(await shop.createProduct()));
    const tasks: string[] = [];
    for (const order of orders) {
      world.advance(1);
      tasks.push(...(await shop.payAlone([order])));
    }
    return tasks;
  };

  const receiveEach = async (count: number): Promise<readonly string[]> => {
    const tasks: string[] = [];
    for (let each = 0; each < count; each++) {
      const item = shop.inboxItem();
      world.advance(1);
      await unwrap(store.inbox.receive([item], shop.now()));
      tasks.push(item.taskId);
    }
    return tasks;
  };

  const idsOf = (leases: readonly { readonly taskId: string }[]) =>
    leases.map(({ taskId }) => taskId).toSorted();

  test('A claim of tasks leaves the oldest one that somebody holds', async () => {
    const tasks = await payEach(3);
    await hold(`task where id = '${tasks[0]}'`);
    expect(idsOf((await shop.claimTasks('physical')).leases)).toEqual(tasks.slice(1).toSorted());
  });

  test('A claim of tasks leaves the newest one that somebody holds', async () => {
    const tasks = await payEach(10);
    await hold(`task where id = '${tasks[9]}'`);
    const { leases } = await shop.claimTasks('physical', { limit: 8 });
    expect(idsOf(leases)).toEqual([...tasks.slice(0, 7), tasks[8] ?? ''].toSorted());
  });

  test('A claim of jobs leaves the oldest one that somebody holds', async () => {
    const tasks = await receiveEach(3);
    await hold(`task where id = '${tasks[0]}'`);
    expect(idsOf(await shop.claimJobs('provider_event'))).toEqual(tasks.slice(1).toSorted());
  });

  test('A claim of jobs leaves the newest one that somebody holds', async () => {
    const tasks = await receiveEach(10);
    await hold(`task where id = '${tasks[9]}'`);
    const leases = await shop.claimJobs('provider_event', { limit: 8 });
    expect(idsOf(leases)).toEqual([...tasks.slice(0, 7), tasks[8] ?? ''].toSorted());
  });

  test('A claim of events leaves one that somebody holds', async () => {
    const { subscribe, claim } = createEventFixture(() => ({
      ...{ store, world, fixture: shop, close: store.close },
    }));
    const id = await subscribe(['order.placed']);
    const orders = await shop.placeOrders(Array(3).fill(await shop.createProduct()));
    const [held = '', ...free] = orders.map((order) => order.id);
    await hold(`event where subject = '${held}'`);
    const claimed = await claim(id);
    expect(claimed.map(({ subject }) => subject).toSorted()).toEqual(free.toSorted());
  });

  test('A rescue leaves a task that somebody holds', async () => {
    const tasks = await payEach(2);
    await shop.claimTasks('physical');
    world.advance(60_000);
    await hold(`task where id = '${tasks[0]}'`);
    expect(await unwrap(store.queue.rescue({ nowMs: shop.now(), crashesMax: 9, limit: 10 }))).toBe(1);
  });

  test('A claim of carts leaves one whose order somebody holds, and takes the others', async () => {
    const [held, free] = await shop.placeOrders(Array(2).fill(await shop.createProduct()));
    if (held === undefined || free === undefined) throw new Error('no order was placed');
    await hold(`orders where id = '${held.id}'`);
    const requests = [held, free].map((order) => shop.checkoutRequest([order]));
    const [left, taken] = await unwrap(store.audits.claim(requests, shop.now()));
    expect(left?._unsafeUnwrapErr().kind).toBe('rows_held');
    expect(taken?.isOk()).toBe(true);
  });

  test('A claim of carts leaves one whose payment somebody holds, and takes the others', async () => {
    const [again, free] = await shop.placeOrders(Array(2).fill(await shop.createProduct()));
    if (again === undefined || free === undefined) throw new Error('no order was placed');
    const request = shop.checkoutRequest([again]);
    const first = await shop.claimCheckout(request);
    await shop.recordOutcome(first, { kind: 'unavailable', reason: 'down' });
    await hold(`payment where id = '${first.checkoutId}'`);
    const requests = [{ ...request, checkoutId: shop.newId() }, shop.checkoutRequest([free])];
    const [left, taken] = await unwrap(store.audits.claim(requests, shop.now()));
    expect(left?._unsafeUnwrapErr().kind).toBe('rows_held');
    expect(taken?.isOk()).toBe(true);
  });

  test('A recovery leaves a payment that somebody holds', async () => {
    const orders = await shop.placeOrders(Array(2).fill(await shop.createProduct()));
    const claims = await Promise.all(
      orders.map((order) => shop.claimCheckout(shop.checkoutRequest([order]))),
    );
    world.advance(60_000);
    await hold(`payment where id = '${claims[0]?.checkoutId}'`);
    const query = {
      nowMs: shop.now(),
      nextRecoveryAtMs: () => shop.now() + 1,
      limit: 9,
      onlyPaymentId: null,
    };
    const found = await unwrap(store.audits.claimOpenPayments(query));
    expect(found.map(({ checkoutId }) => checkoutId)).toEqual([claims[1]?.checkoutId ?? '']);
  });

  test('A sweep of expired orders leaves a mark that another process holds', async () => {
    const [order] = await shop.placeOrders([await shop.createProduct()], { ttlMs: 1_000 });
    const sweep = { sweep: 1, untilMs: shop.now() + 1_000, nowMs: shop.now() + 2_000, limit: 9 } as const;
    await unwrap(store.orders.cancelExpired({ ...sweep, untilMs: shop.now() }));
    await hold('order_expiry where walk = 1');
    expect(await unwrap(store.orders.cancelExpired(sweep))).toEqual({ cancelled: 0, more: false });
    expect((await shop.findOrder(order?.id ?? '')).status).toBe('pending');
  });

  describe('of a step that is paused', () => {
    const begin = (id: string) => {
      const pause = { pipeline: 'physical', step: 'notify_customer', reason: 'down', probeAtMs: shop.now() };
      return unwrap(store.pauses.beginForFault({ id, ...pause }, shop.now()));
    };

    const stateOf = async (id = ''): Promise<string> => {
      const [row] = await holder<{ state: string }[]>`select state from task where id = ${id}`;
      return row?.state ?? '';
    };

    test('A probe is another task than one that somebody holds', async () => {
      const tasks = await payEach(2);
      await begin(shop.newId());
      await shop.claimTasks('physical');
      await hold(`task where id = '${tasks[0]}'`);
      expect(await unwrap(store.pauses.sendProbes(shop.now()))).toBe(1);
      expect(await stateOf(tasks[1])).toBe('ready');
    });

    test('A pause stays while somebody holds its only parked task', async () => {
      const tasks = await payEach(1);
      await begin(shop.newId());
      await shop.claimTasks('physical');
      await hold(`task where id = '${tasks[0]}'`);
      expect(await unwrap(store.pauses.sendProbes(shop.now()))).toBe(0);
      expect(await unwrap(store.pauses.list())).toHaveLength(1);
    });

    test('The end of a pause leaves a parked task that somebody holds', async () => {
      const tasks = await payEach(2);
      const id = shop.newId();
      await begin(id);
      await shop.claimTasks('physical');
      await holder`delete from pause where id = ${id}`;
      await hold(`task where id = '${tasks[0]}'`);
      expect(await unwrap(store.pauses.resume(9))).toBe(1);
      expect(await stateOf(tasks[0])).toBe('parked');
    });
  });

  test('The retention leaves entries of the step ledger that somebody holds', async () => {
    const old = firstIdAt(shop.now() - 10_000);
    await holder`insert into step_ledger (task_id, step, intended_ms) values (${old}, 'a', 1), (${old}, 'b', 1)`;
    await hold(`step_ledger where step = 'a'`);
    const slice = { kind: 'ledger', beforeMs: shop.now() - 1_000, limit: 9 } as const;
    expect((await unwrap(store.dropOld(slice))).rows).toBe(1);
  });

  test('The retention leaves events of the provider that somebody holds', async () => {
    const [held, free] = [shop.inboxItem(), shop.inboxItem()].map((item) => ({ ...item, taskId: null }));
    await unwrap(store.inbox.receive([defined(held), defined(free)], shop.now()));
    await hold(`provider_event where id = '${held?.id}'`);
    const slice = { kind: 'providerEvents', beforeMs: shop.now() + 1_000, limit: 9 } as const;
    expect((await unwrap(store.dropOld(slice))).rows).toBe(1);
  });

  test('The retention leaves responses to the process that drops some', async () => {
    await payEach(2);
    world.advance(10_000);
    const slice = { kind: 'responses', beforeMs: shop.now() - 1_000, limit: 1 } as const;
    expect(await unwrap(store.dropOld(slice))).toEqual({ rows: 1, isMore: true });
    await hold('retention_progress');
    expect(await unwrap(store.dropOld(slice))).toEqual({ rows: 0, isMore: false });
    await holder.unsafe('rollback');
    expect(await unwrap(store.dropOld(slice))).toEqual({ rows: 1, isMore: true });
  });

  test('The merging of sold units leaves a row that somebody holds', async () => {
    const { id } = await shop.createProduct({ stock: 50 });
    await holder`insert into sold_units (product_id, units) select ${id}::uuid, 1 from generate_series(1, 30)`;
    await hold('sold_units order by id limit 1');
    await unwrap(store.ledger.compareStock({ afterProductId: null, afterOrderId: null }, shop.now()));
    expect(await holder`select units from sold_units order by units`).toMatchObject([
      { units: '1' },
      { units: '29' },
    ]);
  });

  test('A search rebuild leaves its position to the process that holds it', async () => {
    await holder`update search_version set version = ${foldVersion - 1}`;
    await hold('search_rebuild');
    expect(await unwrap(store.refoldNames(9))).toMatchObject({ part: 'locked by another process' });
  });

  describe('of the mail of a refund', () => {
    /** An order whose refund has succeeded, and whose mail about it has failed. Somebody holds its task. */
    const holdMail = async (): Promise<string> => {
      const [order] = await shop.placeOrders([await shop.createProduct()], { customerId: 'lan' });
      const { id: orderId } = defined(order);
      await shop.payAlone([defined(order)]);
      const { id } = await shop.requestRefund(orderId, 1);
      const job = defined((await shop.claimJobs('refund'))[0]);
      await shop.finishRefund(id, refundSucceeded);
      await shop.reportJob(job, { kind: 'advanced', step: defined(refundPipeline.steps.at(-1)).name });
      const mail = defined((await shop.claimJobs('refund'))[0]);
      await shop.reportJob(mail, { kind: 'failed', error: 'there is no such address' });
      await hold(`task where job_id = '${id}'`);
      return orderId;
    };

    test('An erasure leaves the mail of a refund that somebody holds', async () => {
      await holdMail();
      const slice = { customerId: 'lan', after: null, limit: 9 };
      expect((await store.customers.eraseSlice(slice, shop.now())).isOk()).toBe(true);
    });

    test('A correction of the address leaves the mail of a refund that somebody holds', async () => {
      const orderId = await holdMail();
      const correction = { orderId, email: 'right@example.com', resend: true, createId: shop.newId };
      expect((await store.contacts.correct(correction, shop.now())).isOk()).toBe(true);
    });
  });
});
