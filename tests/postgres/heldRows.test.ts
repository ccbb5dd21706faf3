import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import type { Order } from '../../core/order.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import type { Store } from '../../core/store.ts';
import type { Timer } from '../../core/timer.ts';
import { createCheckOut } from '../../core/usecases/checkOut.ts';
import { createFixture, type Fixture } from '../contracts/fixture.ts';
import { createScriptedProvider } from '../core/providers.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: rows that somebody else holds', () => {
  const world = createTestWorld();
  let database: TestDatabase;
  let holder: postgres.Sql;
  let store: Store;
  let fixture: Fixture;
  let held: Order;
  let free: Order;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openPostgresStore(world, { url: database.url });
    fixture = createFixture(store, world);
    holder = postgres(database.url, { max: 1, onnotice: () => {} });
  });
  beforeEach(async () => {
    held = await fixture.placeOrder(await fixture.createProduct({ stock: 5 }));
    free = await fixture.placeOrder(await fixture.createProduct({ stock: 5 }));
  });
  afterAll(async () => {
    await Promise.all([store.close(), holder.end()]);
    await database.drop();
  });

  /** Holds the rows of a statement `for update` until the returned function is called. */
  const hold = async (statement: string): Promise<() => Promise<void>> => {
    await holder.unsafe(`begin; ${statement} for update`);
    return async () => {
      await holder.unsafe('commit');
    };
  };

  const commandFor = (order: Order, key = fixture.newId()) => ({
    key,
    customerId: order.customerId,
    orderIds: [order.id],
    method: 'pm_card_visa',
    requestId: 'request-1',
  });

  const shop = (provider: PaymentProvider = createScriptedProvider(), timer = world.timer) =>
    createCheckOut({ ...store, provider, world: { ...world, timer } }, { reconcileAfterMs: 15_000 });

  /** With it, a cart is claimed alone once, and not again. */
  const impatient: Timer = { ...world.timer, deadline: () => ({ remainingMs: () => 0 }) };

  const statusOf = async ({ id }: Order) => (await fixture.findOrder(id)).status;

  test('A cart whose order is held waits alone, while its batch and later carts are paid', async () => {
    const later = await fixture.placeOrder(await fixture.createProduct());
    const checkOut = shop();
    const release = await hold(`select from orders where id = '${held.id}'`);
    const waiting = checkOut(commandFor(held));
    expect((await checkOut(commandFor(free)))._unsafeUnwrap().response.status).toBe('succeeded');
    expect((await checkOut(commandFor(later)))._unsafeUnwrap().response.status).toBe('succeeded');
    expect(await statusOf(held)).toBe('pending');
    await release();
    expect((await waiting)._unsafeUnwrap().response.status).toBe('succeeded');
  });

  test('A cart whose order stays held is refused without a charge, and can be sent again', async () => {
    const provider = createScriptedProvider();
    const checkOut = shop(provider, impatient);
    const command = commandFor(held);
    const release = await hold(`select from orders where id = '${held.id}'`);
    expect((await checkOut(command))._unsafeUnwrapErr()).toMatchObject({
      kind: 'unavailable',
      reason: 'the database waited too long for a lock',
    });
    expect(provider.calls).toEqual([]);
    await release();
    expect((await checkOut(command))._unsafeUnwrap().response.status).toBe('succeeded');
    expect(provider.countCharges()).toBe(1);
  }, 120_000);

  test('A declined key that is sent again while its payment is held waits alone', async () => {
    const provider = createScriptedProvider({ kind: 'unavailable', reason: 'down' });
    const checkOut = shop(provider);
    const command = commandFor(held);
    expect((await checkOut(command))._unsafeUnwrapErr().kind).toBe('payment_unavailable');
    const release = await hold(
      `select from payment where id in (select id from audit where key = '${command.key}')`,
    );
    const waiting = checkOut(command);
    expect((await checkOut(commandFor(free)))._unsafeUnwrap().response.status).toBe('succeeded');
    await release();
    expect((await waiting)._unsafeUnwrap().response.status).toBe('succeeded');
  });

  test('Somebody who holds the stock of one product holds up the carts with that product only', async () => {
    const checkOut = shop();
    const release = await hold(`select from stock where product_id = '${held.product.id}'`);
    const waiting = checkOut(commandFor(held));
    expect((await checkOut(commandFor(free)))._unsafeUnwrap().response.status).toBe('succeeded');
    await release();
    expect((await waiting)._unsafeUnwrap().response.status).toBe('succeeded');
  }, 120_000);

  test('The outcome of a cart is recorded while an order of another cart in the batch is held', async () => {
    const charged = Promise.withResolvers<void>();
    const bothCharged = (() => {
      let calls = 0;
      return () => {
        calls += 1;
        if (calls === 2) charged.resolve();
        return charged.promise;
      };
    })();
    const scripted = createScriptedProvider();
    let release = async () => {};
    const provider: PaymentProvider = {
      ...scripted,
      charge: async (request) => {
        await bothCharged();
        return scripted.charge(request);
      },
    };
    const checkOut = shop(provider);
    const first = checkOut(commandFor(held));
    while ((await statusOf(held)) !== 'paying') await Bun.sleep(1);
    release = await hold(`select from orders where id = '${held.id}'`);
    expect((await checkOut(commandFor(free)))._unsafeUnwrap().response.status).toBe('succeeded');
    // It was charged, so it is never told that it failed. The recovery records it.
    expect((await first)._unsafeUnwrap().response.status).toBe('unknown');
    expect(await statusOf(free)).toBe('paid');
    await release();
    expect(scripted.countCharges()).toBe(2);
  }, 120_000);

  test('A table that somebody locks holds up neither reads nor readiness', async () => {
    await holder.unsafe('begin; lock table task');
    const commands = Array.from({ length: 40 }, () => store.queue.retry([fixture.newId()], fixture.now()));
    const claims = Array.from({ length: 12 }, () => fixture.claimTasks('physical').catch(() => null));
    expect((await store.products.find(free.product.id)).isOk()).toBe(true);
    expect((await store.ping()).isOk()).toBe(true);
    await holder.unsafe('commit');
    await Promise.all([...commands, ...claims]);
  }, 120_000);
});
