import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { connect, type Sql } from '../../adapters/postgres/connection.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import type { Store } from '../../core/store.ts';
import { createCheckOut } from '../../core/usecases/checkOut.ts';
import { createPaymentRecovery } from '../../core/usecases/recoverPayments.ts';
import { createFixture, defined, type Fixture, unwrap } from '../contracts/fixture.ts';
import { createScriptedProvider } from '../core/providers.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { startCuttingProxy } from './cuttingProxy.ts';

/** Of the statements of a checkout, only the one that writes the claim contains the method. */
const method = 'pm_card_mastercard';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: claims whose reply is lost', () => {
  const world = createTestWorld();
  let database: TestDatabase;
  let proxy: Awaited<ReturnType<typeof startCuttingProxy>>;
  let sql: Sql;
  let store: Store;
  let fixture: Fixture;

  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = await startCuttingProxy(database.url);
    sql = connect({ url: proxy.url, poolSize: 4 });
    store = createStore(sql, world);
    fixture = createFixture(store, world);
    await fixture.openConnections();
  });
  afterAll(async () => {
    await sql.end({ timeout: 1 });
    await proxy.close();
    await database.drop();
  });

  const placeAndCheckOut = async (cut: Parameters<typeof proxy.cutAt>[0] | null) => {
    const order = await fixture.placeOrder(await fixture.createProduct());
    const provider = createScriptedProvider();
    const command = {
      key: fixture.newId(),
      customerId: order.customerId,
      orderIds: [order.id],
      method,
      requestId: 'request-1',
    };
    const checkOut = createCheckOut({ ...store, provider, world }, { reconcileAfterMs: 15_000 });
    if (cut !== null) proxy.cutAt(cut);
    return { order, provider, command, checkOut, result: await checkOut(command) };
  };

  test('A claim that was committed is being confirmed, and the recovery charges it once', async () => {
    const { order, provider, result } = await placeAndCheckOut({
      marker: method,
      when: 'after',
      thenDown: false,
    });
    const { response } = result._unsafeUnwrap();
    expect(response).toMatchObject({ status: 'unknown', orders: [{ id: order.id, status: 'paying' }] });
    expect(provider.calls).toEqual([]);
    world.advance(15_000);
    expect(await unwrap(createPaymentRecovery({ ...store, provider, world }).recoverDue())).toBe(1);
    expect(provider.countCharges()).toBe(1);
    const { payment } = defined(await unwrap(store.audits.find(response.checkoutId)));
    expect(payment.status).toBe('succeeded');
  });

  test('A claim that never reached the server is unavailable, and its key can be sent again', async () => {
    const { order, provider, command, checkOut, result } = await placeAndCheckOut({
      marker: method,
      when: 'before',
      thenDown: false,
    });
    expect(result._unsafeUnwrapErr().kind).toBe('unavailable');
    expect((await fixture.findOrder(order.id)).status).toBe('pending');
    expect((await checkOut(command))._unsafeUnwrap().response.status).toBe('succeeded');
    expect(provider.countCharges()).toBe(1);
  });

  test('A claim whose database is gone may stand, and the same key tells', async () => {
    const { command, checkOut, result } = await placeAndCheckOut({
      marker: method,
      when: 'after',
      thenDown: true,
    });
    expect(result._unsafeUnwrapErr().kind).toBe('claim_unconfirmed');
    proxy.restore();
    // A connection that failed to open pauses before the next attempt.
    for (let ready = false; !ready; ) ready = (await store.ping()).isOk();
    expect((await checkOut(command))._unsafeUnwrapErr().kind).toBe('checkout_in_progress');
  });

  test('A look-up waits for a claim that is still being written', async () => {
    const order = await fixture.placeOrder(await fixture.createProduct());
    const request = fixture.checkoutRequest([order]);
    const other = postgres(database.url, { max: 2, onnotice: () => {} });
    let isFound = false;
    const { found } = await other.begin(async (tx) => {
      await tx`select from orders where id = ${order.id} for update`;
      const lookup = unwrap(store.audits.findByKey(request)).finally(() => {
        isFound = true;
      });
      for (let waiting = 0; waiting === 0; )
        [{ waiting }] = await other.unsafe<[{ waiting: number }]>(
          `select count(*)::int as waiting from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        );
      expect(isFound).toBe(false);
      return { found: lookup };
    });
    expect(await found).toBeNull();
    await other.end();
  });
});
