import { describe, expect, test } from 'bun:test';
import type { DisputeStatus } from '../../core/dispute.ts';
import type { Order } from '../../core/order.ts';
import { createAdoptedRefundFixture } from './adoptedRefundFixture.ts';
import { declined, defined, refundFailed, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Disputes of charges, and what they do to orders and refunds. */
export const disputesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: disputes`, () => {
    const context = useFreshStore(open);
    const { placePaid, paymentOf, report, adopt, refundsOf, statuses } = createAdoptedRefundFixture(context);

    const record = (
      paymentId: string,
      status: DisputeStatus,
      { reference = 'dp_1', isConfirmed = true }: { reference?: string; isConfirmed?: boolean } = {},
    ): Promise<number> => {
      const { store, fixture } = context();
      const amount = { amount: 100, currency: 'VND' };
      const dispute = { reference, amount, reason: 'fraudulent', status, atMs: 2_000, isConfirmed };
      const charge = { paymentId, disputes: [dispute], createId: fixture.newId };
      return unwrap(store.disputes.record(charge, fixture.now()));
    };

    const disputed = (orders: readonly Order[]) =>
      Promise.all(orders.map(async ({ id }) => (await context().fixture.findOrder(id)).disputed));

    const cases = async (check: 'refunds_stuck' | 'disputes_open') => {
      const { store, fixture } = context();
      const { items } = await unwrap(
        store.ledger.cases({ check, nowMs: fixture.now(), after: null, limit: 9 }),
      );
      expect((await unwrap(store.ledger.counts(fixture.now())))[check].count).toBe(items.length);
      return items;
    };

    const request = (orderId: string) => {
      const { store, fixture } = context();
      return store.refunds.request(fixture.refundCommand(orderId), fixture.now());
    };

    test('Each order of a charge is disputed while a dispute is open, in every read', async () => {
      const { fixture, store } = context();
      const orders = await placePaid([100, 200]);
      expect(await disputed(orders)).toEqual([false, false]);
      expect(await record(paymentOf(orders), 'open')).toBe(1);
      expect(await record(paymentOf(orders), 'open')).toBe(0);
      expect(await disputed(orders)).toEqual([true, true]);
      const { id, customerId } = defined(orders[0]);
      const any = {
        search: null,
        status: null,
        type: null,
        number: null,
        fromMs: null,
        toMs: null,
        customerId,
      };
      const listed = await unwrap(store.orders.list({ ...any, after: null, limit: 9 }));
      expect(listed.items.map((order) => order.disputed)).toEqual([true, true]);
      const checkout = defined(await unwrap(store.audits.find(paymentOf(orders))));
      expect(checkout.orders.map((order) => order.disputed)).toEqual([true, true]);
      expect((await fixture.findOrder(id)).history.at(-1)).toMatchObject({
        state: 'disputed',
        detail: '100 VND, fraudulent',
      });
      expect(await statuses(orders)).toEqual(['paid', 'paid']);
      expect(await cases('disputes_open')).toEqual([
        {
          ...{ id: expect.any(String), orderId: null, paymentId: paymentOf(orders), refundId: null },
          ...{ amount: { amount: 100, currency: 'VND' }, sinceMs: 2_000, detail: 'fraudulent: dp_1' },
          acknowledgement: null,
        },
      ]);
    });

    test('The stored response of a checkout does not change with a dispute', async () => {
      const { fixture } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const requested = fixture.checkoutRequest([order]);
      const claim = await fixture.claimCheckout(requested);
      const { response } = await fixture.recordOutcome(claim, { kind: 'succeeded', reference: 'ch_1' });
      await record(claim.checkoutId, 'open');
      const again = (await fixture.tryClaimCheckout(requested))._unsafeUnwrapErr();
      expect(again).toEqual({ kind: 'already_answered', response: defined(response) });
    });

    test('An order without a task gets the history of its dispute, and goes on with it', async () => {
      const { fixture } = context();
      const orders = await placePaid([100]);
      const [lease] = (await fixture.claimTasks('physical')).leases;
      await record(paymentOf(orders), 'open');
      await fixture.report(defined(lease), { kind: 'done', detail: null });
      await record(paymentOf(orders), 'won');
      expect(await statuses(orders)).toEqual(['completed']);
      expect((await fixture.historyStates(defined(orders[0]).id)).slice(-4)).toEqual([
        'completed',
        'disputed',
        'customer_notified',
        'dispute_won',
      ]);
    });

    test('A refund is refused while a dispute is open, and allowed when it was won', async () => {
      const orders = await placePaid([100, 200]);
      const [first, second] = orders.map(({ id }) => id);
      await record(paymentOf(orders), 'open');
      for (const id of [first, second])
        expect((await request(defined(id)))._unsafeUnwrapErr()).toEqual({ kind: 'payment_disputed' });
      await record(paymentOf(orders), 'won');
      expect(await disputed(orders)).toEqual([false, false]);
      expect(await cases('disputes_open')).toEqual([]);
      expect((await request(defined(second))).isOk()).toBe(true);
    });

    test('A requested refund is held back by a dispute, is no alarm, and is due when the dispute ends', async () => {
      const { fixture, store, world } = context();
      const orders = await placePaid([100]);
      const { id } = await fixture.requestRefund(defined(orders[0]).id, 60);
      const other = await fixture.requestRefund(defined((await placePaid([100]))[0]).id);
      expect((await fixture.findRefund(id)).disputed).toBe(false);
      await record(paymentOf(orders), 'open');
      expect((await fixture.findRefund(id)).disputed).toBe(true);
      expect((await fixture.findRefund(other.id)).disputed).toBe(false);
      const runAtMs = fixture.now() + 7 * 3_600_000;
      for (const lease of await fixture.claimJobs('refund'))
        await fixture.reportJob(lease, { kind: 'retry', error: 'the payment is disputed', runAtMs });
      world.advance(3_600_000);
      expect((await cases('refunds_stuck')).map(({ refundId }) => refundId)).toEqual([other.id]);
      await record(paymentOf(orders), 'won');
      expect((await fixture.findRefund(id)).disputed).toBe(false);
      expect((await fixture.claimJobs('refund')).map(({ jobId }) => jobId)).toEqual([id]);
      expect((await unwrap(store.ledger.counts(fixture.now()))).refunds_stuck.count).toBe(2);
    });

    test('A lost dispute counts as given back, and the order keeps its status, goods and task', async () => {
      const { fixture, store } = context();
      const orders = await placePaid([100]);
      const { id, product } = defined(orders[0]);
      await fixture.claimTasks('physical');
      const stock = async () => defined(await unwrap(store.products.find(product.id))).stock;
      const before = await stock();
      await record(paymentOf(orders), 'open');
      expect(await adopt(paymentOf(orders), report(100, { reference: 'dp_1', origin: 'dispute' }))).toBe(1);
      expect(await record(paymentOf(orders), 'lost')).toBe(1);
      expect(await statuses(orders)).toEqual(['completed']);
      expect(await disputed(orders)).toEqual([false]);
      expect((await fixture.listTasks()).map(({ state }) => state)).toEqual(['running']);
      expect(await stock()).toBe(before);
      expect(await refundsOf(paymentOf(orders))).toMatchObject([
        {
          ...{ orderId: id, origin: 'dispute', status: 'succeeded', creditNote: null },
          reason: 'the dispute was lost',
        },
      ]);
      const left = { amount: 0, currency: 'VND' };
      expect((await request(id))._unsafeUnwrapErr()).toEqual({ kind: 'refund_too_large', left });
      expect((await fixture.historyStates(id)).slice(-3)).toEqual([
        'disputed',
        'charged_back',
        'dispute_lost',
      ]);
      expect((await unwrap(store.ledger.counts(fixture.now()))).refunds_unassigned.count).toBe(0);
    });

    test('A lost dispute that was won after all gives nothing back and is no alarm', async () => {
      const { fixture, store } = context();
      const orders = await placePaid([100]);
      await adopt(paymentOf(orders), report(100, { reference: 'dp_1', origin: 'dispute' }));
      await record(paymentOf(orders), 'lost');
      expect(await unwrap(store.refunds.failAdopted('dp_1', 'the dispute was won', fixture.now()))).toBe(1);
      await record(paymentOf(orders), 'won');
      expect(await cases('refunds_stuck')).toEqual([]);
      expect((await request(defined(orders[0]).id)).isOk()).toBe(true);
    });

    test('A requested refund that a lost dispute has overtaken fails without an alarm', async () => {
      const { fixture, world } = context();
      const orders = await placePaid([100]);
      const { id } = await fixture.requestRefund(defined(orders[0]).id);
      world.advance(1_000);
      await record(paymentOf(orders), 'open');
      await adopt(paymentOf(orders), report(100, { reference: 'dp_1', origin: 'dispute' }));
      await record(paymentOf(orders), 'lost');
      await fixture.finishRefund(id, refundFailed);
      expect(await cases('refunds_stuck')).toEqual([]);
    });

    test('An event alone never reopens a dispute or changes how it ended, and the provider’s answer does', async () => {
      const orders = await placePaid([100]);
      const signed = { isConfirmed: false };
      expect(await record(paymentOf(orders), 'won', signed)).toBe(1);
      expect(await record(paymentOf(orders), 'open', signed)).toBe(0);
      expect(await record(paymentOf(orders), 'open')).toBe(0);
      expect(await record(paymentOf(orders), 'lost', signed)).toBe(0);
      expect(await disputed(orders)).toEqual([false]);
      expect(await record(paymentOf(orders), 'lost')).toBe(1);
    });

    test('Orders stay disputed until the last of several disputes has ended', async () => {
      const orders = await placePaid([100]);
      await record(paymentOf(orders), 'open');
      await record(paymentOf(orders), 'open', { reference: 'dp_2' });
      await record(paymentOf(orders), 'won');
      expect(await disputed(orders)).toEqual([true]);
      expect(await cases('disputes_open')).toHaveLength(1);
      await record(paymentOf(orders), 'won', { reference: 'dp_2' });
      expect(await disputed(orders)).toEqual([false]);
    });

    test('A dispute of a late charge changes no order', async () => {
      const { fixture } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      await fixture.recordOutcome(claim, declined);
      const before = await fixture.findOrder(order.id);
      expect(await record(claim.checkoutId, 'open')).toBe(1);
      expect(await fixture.findOrder(order.id)).toEqual(before);
      expect(await cases('disputes_open')).toHaveLength(1);
    });

    test('A dispute beside a refund: either the refund is refused, or it is requested and held back', async () => {
      const { fixture } = context();
      for (let round = 0; round < 6; round++) {
        const orders = await placePaid([100]);
        const { id } = defined(orders[0]);
        await fixture.openConnections();
        const [requested] = await Promise.all([
          request(id),
          record(paymentOf(orders), 'open', { reference: `dp_${round}` }),
        ]);
        expect(await disputed(orders)).toEqual([true]);
        if (requested.isErr()) expect(requested.error).toEqual({ kind: 'payment_disputed' });
        else expect((await fixture.findRefund(requested.value.refund.id)).disputed).toBe(true);
        await fixture.historyStates(id);
      }
    });

    test('Concurrent reports of one dispute are recorded once', async () => {
      const { fixture } = context();
      const orders = await placePaid([100]);
      await fixture.openConnections();
      const results = await Promise.all(Array.from({ length: 8 }, () => record(paymentOf(orders), 'open')));
      expect(results.toSorted()).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
      const states = await fixture.historyStates(defined(orders[0]).id);
      expect(states.filter((state) => state === 'disputed')).toHaveLength(1);
    });
  });
};
