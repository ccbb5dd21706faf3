import { describe, expect, test } from 'bun:test';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { createLockWatch } from './lockWaits.ts';
import { createStatementGate } from './statementGate.ts';

const email = 'right@example.com';

const openShop = async () => {
  const database = await createTestDatabase();
  const world = createTestWorld();
  const store = await openPostgresStore(world, { url: database.url });
  const shop = createFixture(store, world);
  const gate = await createStatementGate(database.url);
  const watch = createLockWatch(database.url);
  const close = async () => {
    await Promise.all([gate.end(), watch.close(), store.close()]);
    await database.drop();
  };
  const correct = (orderId: string) =>
    unwrap(store.contacts.correct({ orderId, email, resend: false, createId: shop.newId }, shop.now()));
  return { store, shop, gate, watch, close, correct };
};

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: the orders of a task that is claimed', () => {
  test('A claim that began before an address was corrected mails to the new one', async () => {
    const { shop, gate, watch, close, correct } = await openShop();
    const order = await shop.placePaidOrder(await shop.createProduct());
    await gate.close();
    const claim = shop.claimTasks('physical');
    await watch.untilWaiting(1);
    await correct(order.id);
    await gate.open();
    expect((await claim).leases.map(({ contact }) => contact.email)).toEqual([email]);
    await close();
  }, 60_000);

  test('A claim that began before a customer was erased mails nothing, and its invoice names no address', async () => {
    const { store, shop, gate, watch, close } = await openShop();
    const order = await shop.placePaidOrder(await shop.createProduct());
    await gate.close();
    const claim = shop.claimTasks('physical');
    await watch.untilWaiting(1);
    await unwrap(
      store.customers.eraseSlice({ customerId: order.customerId, after: null, limit: 100 }, shop.now()),
    );
    await gate.open();
    const { leases } = await claim;
    const { checkoutId } = await shop.findOrder(order.id);
    const invoice = defined(await unwrap(store.invoices.ofCheckout(defined(checkoutId))));
    expect({ leases, email: invoice.customer.email }).toEqual({ leases: [], email: '' });
    expect(await shop.historyStates(order.id)).toContain('skipped');
    await close();
  }, 60_000);

  test('A task that is claimed alone is claimed with the history that it has by then', async () => {
    const { shop, gate, watch, close, correct } = await openShop();
    const product = await shop.createProduct();
    const [order, refused] = [await shop.placePaidOrder(product), await shop.placePaidOrder(product)];
    // The effect throws for the second one, so both are claimed one by one.
    await gate.sql`insert into shipment values (${refused.id}, 0)`;
    await gate.close();
    const claim = shop.claimTasks('physical');
    for (let query = ''; query === '' || query.includes('newest_start'); query = await gate.waitingQuery())
      if (query !== '') await gate.step();
    const corrected = correct(order.id);
    // It is written before the claim has its lock, or waits for it.
    await Promise.race([corrected, watch.untilWaiting(2)]);
    await gate.open();
    await Promise.all([claim, corrected]);
    const [task] = await shop.listTasks({ orderId: order.id });
    expect(task).toMatchObject({ attempts: 0, lastError: null });
    expect(await shop.historyStates(order.id)).toContain('contact_changed');
    await close();
  }, 60_000);
});
