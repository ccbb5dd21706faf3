import { describe, expect, test } from 'bun:test';
import { createAdoptedRefundFixture } from './adoptedRefundFixture.ts';
import { declined, defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Refunds that were made at the provider, and not requested by us. */
export const adoptedRefundsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: refunds made at the provider`, () => {
    const context = useFreshStore(open);
    const { placePaid, paymentOf, report, adopt, refundsOf, statuses, stockOf, cases } =
      createAdoptedRefundFixture(context);

    test('A refund of the whole charge of one order ends the order as a refund of ours does', async () => {
      const { fixture, world } = context();
      const orders = await placePaid([500]);
      const [order] = orders;
      const [lease] = (await fixture.claimTasks('physical')).leases;
      await fixture.report(defined(lease), { kind: 'done', detail: null });
      world.advance(1_000);
      expect(await adopt(paymentOf(orders), report(500))).toBe(1);
      expect(await statuses(orders)).toEqual(['refunded']);
      expect((await fixture.findOrder(defined(order).id)).history.at(-1)).toMatchObject({
        state: 'refunded',
        detail: '500 VND',
        atMs: fixture.now(),
      });
      expect(await refundsOf(paymentOf(orders))).toEqual([
        {
          id: expect.any(String),
          orderId: defined(order).id,
          paymentId: paymentOf(orders),
          amount: { amount: 500, currency: 'VND' },
          origin: 'provider',
          reason: 'refunded at the payment provider',
          restock: null,
          status: 'succeeded',
          creditNote: expect.stringMatching(/^CN-\d{4}-000001$/),
          creditedLine: { invoice: expect.stringMatching(/^\d{4}-000001$/), line: 1 },
          error: null,
          createdAtMs: 1_000,
          updatedAtMs: fixture.now(),
        },
      ]);
      expect(await fixture.listTasks()).toEqual([]);
      await fixture.historyStates(defined(order).id);
    });

    test('A refund of an order that is not shipped puts its units back and deletes its task', async () => {
      const { fixture } = context();
      const orders = await placePaid([500]);
      expect(await stockOf(defined(orders[0]))).toBe(9);
      expect(await fixture.listTasks()).toHaveLength(1);
      expect(await adopt(paymentOf(orders), report(500))).toBe(1);
      expect(await fixture.listTasks()).toEqual([]);
      expect(await stockOf(defined(orders[0]))).toBe(10);
      expect((await fixture.claimTasks('physical')).processed).toBe(0);
    });

    test('A refund of a whole charge puts back the units of each order that has not been shipped', async () => {
      const { fixture, store } = context();
      const orders = await placePaid([500, 400, 300], ['service', 'physical', 'service']);
      // A claim carries out the steps up to the parcel.
      const [lease] = (await fixture.claimTasks('physical', { limit: 1 })).leases;
      const shipped = defined(lease).order.id;
      expect(await adopt(paymentOf(orders), report(1_200))).toBe(3);
      expect(await statuses(orders)).toEqual(['refunded', 'refunded', 'refunded']);
      expect(await Promise.all(orders.map(stockOf))).toEqual(
        orders.map(({ id }) => (id === shipped ? 9 : 10)),
      );
      await unwrap(store.ledger.compareStock({ afterProductId: null, afterOrderId: null }, fixture.now()));
      expect((await unwrap(store.ledger.counts(fixture.now()))).stock_differs.count).toBe(0);
    });

    test('A refund is adopted once, however often and by however many it is reported', async () => {
      const { fixture } = context();
      const orders = await placePaid([500]);
      await fixture.openConnections();
      const results = await Promise.all(
        Array.from({ length: 12 }, () => adopt(paymentOf(orders), report(200), report(200))),
      );
      expect(results.reduce((sum, adopted) => sum + adopted, 0)).toBe(1);
      expect(await refundsOf(paymentOf(orders))).toHaveLength(1);
      expect(await statuses(orders)).toEqual(['paid']);
      expect(await fixture.historyStates(defined(orders[0]).id)).toContain('partially_refunded');
    });

    test('After a part was refunded at the provider, all that is left is the remainder', async () => {
      const { fixture } = context();
      const orders = await placePaid([500]);
      const { id } = defined(orders[0]);
      await adopt(paymentOf(orders), report(200));
      const refund = await fixture.requestRefund(id);
      expect(refund.amount.amount).toBe(300);
      await fixture.finishRefund(refund.id, refundSucceeded);
      expect(await statuses(orders)).toEqual(['refunded']);
      expect(await fixture.listTasks({ pipeline: 'physical' })).toEqual([]);
    });

    test('A refund of ours is not adopted, by our id or by the provider’s', async () => {
      const { fixture } = context();
      const orders = await placePaid([500]);
      const refund = await fixture.requestRefund(defined(orders[0]).id, 100);
      const ours = report(100, { refundId: refund.id, reference: 're_ours' });
      expect(await adopt(paymentOf(orders), ours)).toBe(0);
      await fixture.finishRefund(refund.id, { kind: 'succeeded', reference: 're_ours' });
      expect(await adopt(paymentOf(orders), ours, { ...ours, refundId: null })).toBe(0);
      expect(await adopt(paymentOf(orders), report(5, { refundId: fixture.newId() }))).toBe(1);
    });

    test('A refund of the whole charge of several orders ends them all', async () => {
      const orders = await placePaid([100, 200, 300]);
      expect(await adopt(paymentOf(orders), report(600))).toBe(3);
      expect(await statuses(orders)).toEqual(['refunded', 'refunded', 'refunded']);
      const refunds = await refundsOf(paymentOf(orders));
      expect(refunds.map(({ amount }) => amount.amount).toSorted()).toEqual([100, 200, 300]);
      expect(await context().fixture.listTasks()).toEqual([]);
      expect(await adopt(paymentOf(orders), report(600))).toBe(0);
    });

    test('Our refund that the provider refuses, because it was made there, leaves no alarm', async () => {
      const { fixture, world } = context();
      const orders = await placePaid([500]);
      const refund = await fixture.requestRefund(defined(orders[0]).id);
      world.advance(1_000);
      await adopt(paymentOf(orders), report(500));
      await fixture.finishRefund(refund.id, { kind: 'failed', reason: 'charge_already_refunded' });
      expect(await statuses(orders)).toEqual(['refunded']);
      expect(await cases('refunds_stuck')).toEqual([]);
      await fixture.historyStates(defined(orders[0]).id);
      expect(await fixture.listTasks({ pipeline: 'physical' })).toEqual([]);
    });

    test('A refund that ended its order and failed later stays an alarm', async () => {
      const { fixture } = context();
      const orders = await placePaid([500]);
      const refund = await fixture.requestRefund(defined(orders[0]).id);
      await fixture.finishRefund(refund.id, refundSucceeded);
      await fixture.finishRefund(refund.id, refundFailed);
      expect(await statuses(orders)).toEqual(['refunded']);
      expect(await cases('refunds_stuck')).toMatchObject([{ refundId: refund.id }]);
    });

    test('Our refund of a part is dealt with by one of the same size, and not by a smaller one', async () => {
      const { fixture, world } = context();
      const orders = await placePaid([500]);
      const fail = async (amount: number) => {
        const refund = await fixture.requestRefund(defined(orders[0]).id, amount);
        return () => fixture.finishRefund(refund.id, refundFailed);
      };
      const failLarge = await fail(300);
      world.advance(1_000);
      await adopt(paymentOf(orders), report(200));
      await failLarge();
      expect(await cases('refunds_stuck')).toHaveLength(1);
      world.advance(1_000);
      const failSmall = await fail(100);
      world.advance(1_000);
      await adopt(paymentOf(orders), report(100, { reference: 're_2' }));
      await failSmall();
      expect(await cases('refunds_stuck')).toEqual([]);
    });

    test('A refund of a late charge has no order and changes none', async () => {
      const { fixture } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      await fixture.recordOutcome(claim, declined);
      const before = await fixture.findOrder(order.id);
      expect(await adopt(claim.checkoutId, report(50))).toBe(1);
      expect(await refundsOf(claim.checkoutId)).toMatchObject([{ orderId: null, status: 'succeeded' }]);
      expect(await fixture.findOrder(order.id)).toEqual(before);
      expect(await cases('refunds_unassigned')).toEqual([]);
      expect(await adopt(claim.checkoutId)).toBe(0);
    });

    test('An adopted refund that fails later counts no more, in all its parts', async () => {
      const { fixture, store } = context();
      const orders = await placePaid([100, 200]);
      await adopt(paymentOf(orders), report(300));
      const fail = () => unwrap(store.refunds.failAdopted('re_1', 'account closed', fixture.now()));
      expect(await fail()).toBe(2);
      expect(await fail()).toBe(0);
      expect(await refundsOf(paymentOf(orders))).toMatchObject([
        { status: 'failed', error: 'account closed' },
        { status: 'failed', error: 'account closed' },
      ]);
      const own = await fixture.requestRefund(defined(orders[0]).id);
      await fixture.finishRefund(own.id, { kind: 'succeeded', reference: 're_own' });
      expect(await unwrap(store.refunds.failAdopted('re_own', 'account closed', fixture.now()))).toBe(0);
    });

    test('An adopted refund that fails leaves the task paused for a refund of ours', async () => {
      const { fixture, store } = context();
      const orders = await placePaid([500]);
      await adopt(paymentOf(orders), report(200));
      await fixture.requestRefund(defined(orders[0]).id);
      await unwrap(store.refunds.failAdopted('re_1', 'account closed', fixture.now()));
      expect(await statuses(orders)).toEqual(['paid']);
      expect(await fixture.listTasks({ pipeline: 'physical' })).toMatchObject([{ state: 'paused' }]);
    });

    test('A refund of the provider beside one of ours never gives back more than was paid', async () => {
      const { fixture, store } = context();
      for (let round = 0; round < 5; round++) {
        const orders = await placePaid([500]);
        const { id } = defined(orders[0]);
        await fixture.openConnections();
        const command = fixture.refundCommand(id, { amount: { amount: 400, currency: null } });
        await Promise.all([
          store.refunds.request(command, fixture.now()),
          adopt(paymentOf(orders), report(500, { reference: `re_${round}` })),
        ]);
        expect(await statuses(orders)).toEqual(['refunded']);
        const own = (await refundsOf(paymentOf(orders))).find(({ origin }) => origin === 'operator');
        if (own !== undefined) await fixture.finishRefund(own.id, refundFailed);
        await fixture.historyStates(id);
        const succeeded = (await refundsOf(paymentOf(orders))).filter(({ status }) => status === 'succeeded');
        expect(succeeded.map(({ amount }) => amount.amount)).toEqual([500]);
      }
      expect(await cases('refunds_stuck')).toEqual([]);
    });

    test('Adoptions of several charges beside the pipeline and our refunds end without a deadlock', async () => {
      const { fixture } = context();
      const carts = await Promise.all(Array.from({ length: 6 }, () => placePaid([100, 200, 300])));
      await fixture.openConnections();
      await Promise.all([
        ...carts.map((orders, index) => adopt(paymentOf(orders), report(600, { reference: `re_${index}` }))),
        fixture.claimTasks('physical'),
        fixture.claimTasks('physical'),
      ]);
      for (const orders of carts) {
        expect(await statuses(orders)).toEqual(['refunded', 'refunded', 'refunded']);
        for (const { id } of orders) await fixture.historyStates(id);
      }
    });
  });
};
