import { expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import type { Store } from '../../core/store.ts';
import { createEventFixture, typesOf } from '../contracts/eventFixture.ts';
import { createFixture, declined, defined, type Fixture, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

type Changes = {
  /** Written by a transaction that is open while the subscription is made. */
  readonly before: string;
  readonly after: string;
};

/** Makes a subscription while a transaction is open. Returns the types of the events that it then hears. */
const subscribeBeside = async (
  prepare: (fixture: Fixture, store: Store) => Promise<Changes>,
): Promise<readonly string[]> => {
  const database = await createTestDatabase();
  const world = createTestWorld();
  const store = await openPostgresStore(world, { url: database.url });
  const fixture = createFixture(store, world);
  const { subscribe, hearAll } = createEventFixture(() => ({ store, world, fixture, close: store.close }));
  const { before, after } = await prepare(fixture, store);
  const holder = postgres(database.url, { max: 1, onnotice: () => {} });
  const watcher = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    await holder.unsafe(`begin; ${before}`);
    let isMade = false;
    const subscribed = subscribe().finally(() => {
      isMade = true;
    });
    for (let isWaiting = false; !isWaiting; ) {
      const rows = await watcher`
        select from pg_locks where relation = 'order_state'::regclass and not granted`;
      isWaiting = rows.length > 0;
      expect(isMade).toBe(false);
    }
    await holder.unsafe('commit');
    const subscriptionId = await subscribed;
    await holder.unsafe(after);
    return typesOf(await hearAll(subscriptionId));
  } finally {
    await Promise.all([holder.end(), watcher.end(), store.close()]);
    await database.drop();
  }
};

const isAvailable = await postgresAvailable();

test.skipIf(!isAvailable)(
  'A new subscription waits for a transaction that has appended to a history without seeing it',
  async () => {
    const heard = await subscribeBeside(async (fixture) => {
      const { id } = await fixture.placeOrder(await fixture.createProduct());
      const append = (seq: number, state: string) =>
        `insert into order_state (order_id, seq, state, at_ms) values ('${id}', ${seq}, '${state}', 1)`;
      return { before: append(2, 'cancelled'), after: append(3, 'refunded') };
    });
    expect(heard).toEqual(['order.refunded', 'refund.succeeded']);
  },
);

test.skipIf(!isAvailable)(
  'A new subscription waits for a transaction that has settled the refund of a late charge without seeing it',
  async () => {
    const heard = await subscribeBeside(async (fixture, store) => {
      const refundId = await refundLateCharge(fixture, store);
      const settle = (status: string) => `update refund set status = '${status}' where id = '${refundId}'`;
      return { before: settle('succeeded'), after: settle('failed') };
    });
    expect(heard).toEqual(['refund.failed']);
  },
);

/** No order is paid by it, so that no history tells of it. */
const refundLateCharge = async (fixture: Fixture, store: Store): Promise<string> => {
  const order = await fixture.placeOrder(await fixture.createProduct());
  const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
  await fixture.recordOutcome(claim, declined);
  const response = defined(fixture.outcomeRecord(claim, declined).response);
  const refund = { refundId: fixture.newId(), taskId: fixture.newId(), paymentId: claim.checkoutId };
  const late = { ...refund, reference: 'ch_late', response };
  await unwrap(store.refunds.refundLateCharge(late, fixture.now()));
  return refund.refundId;
};
