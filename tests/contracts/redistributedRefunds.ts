import { describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import { redistributedReason } from '../../core/redistributeRefunds.ts';
import type { ReportedRefund } from '../../core/refund.ts';
import { createAdoptedRefundFixture } from './adoptedRefundFixture.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Parts of adopted refunds that move to other orders of the charge when a refund fails. */
export const redistributedRefundsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: adopted refunds that are shared out again`, () => {
    const context = useFreshStore(open);
    const { placePaid, paymentOf, report, adopt, refundsOf, statuses, stockOf, cases } =
      createAdoptedRefundFixture(context);

    const dispute = (amount: number, changes: Partial<ReportedRefund> = {}): ReportedRefund =>
      report(amount, { reference: 'dp_1', origin: 'dispute', ...changes });

    /** A refund of ours that has succeeded. */
    const refund = async (order: Order | undefined, amount?: number): Promise<string> => {
      const { id } = await context().fixture.requestRefund(defined(order).id, amount);
      await context().fixture.finishRefund(id, refundSucceeded);
      return id;
    };

    const fail = (refundId: string) => context().fixture.finishRefund(refundId, refundFailed);

    const failAdopted = (reference: string): Promise<number> => {
      const { store, fixture } = context();
      return unwrap(store.refunds.failAdopted(reference, 'sent back', fixture.now()));
    };

    /** What has gone back of each order, part by part, in the order of their amounts. */
    const given = async (orders: readonly Order[]) => {
      const refunds = await refundsOf(paymentOf(orders));
      return orders.map(({ id }) =>
        refunds
          .filter(({ orderId, status }) => orderId === id && status === 'succeeded')
          .map(({ amount }) => amount.amount)
          .toSorted((one, other) => one - other),
      );
    };

    const details = async (order: Order | undefined) =>
      (await context().fixture.findOrder(defined(order).id)).history
        .map(({ state, detail }) => `${state}: ${detail}`)
        .filter((row) => /refund|charged_back/.test(row));

    test('What a lost dispute has too much of one order moves to the order whose refund fails', async () => {
      const { fixture } = context();
      const orders = await placePaid([100, 200]);
      const own = await refund(orders[0], 40);
      expect(await adopt(paymentOf(orders), dispute(300))).toBe(2);
      expect(await given(orders)).toEqual([[40, 60], [240]]);
      await fail(own);
      expect(await given(orders)).toEqual([[40, 60], [200]]);
      expect(await statuses(orders)).toEqual(['paid', 'paid']);
      const refunds = await refundsOf(paymentOf(orders));
      expect(refunds.filter(({ status }) => status === 'failed').map(({ error }) => error)).toEqual([
        refundFailed.reason,
        redistributedReason,
      ]);
      expect(refunds.slice(-2)).toMatchObject(
        [200, 40].map((amount) => ({
          ...{ origin: 'dispute', reason: 'the dispute was lost', creditNote: null, createdAtMs: 1_000 },
          amount: { amount, currency: 'VND' },
        })),
      );
      expect(await details(orders[0])).toEqual([
        'refund_requested: 40 VND',
        'partially_refunded: 40 VND',
        'charged_back: 60 VND',
        `refund_failed: ${refundFailed.reason}`,
        'charged_back: 40 VND',
      ]);
      expect(await details(orders[1])).toEqual([
        'charged_back: 240 VND',
        `refund_failed: ${redistributedReason}`,
        'charged_back: 200 VND',
      ]);
      for (const { id } of orders) await fixture.historyStates(id);
      expect(await cases('refunds_stuck')).toEqual([]);
    });

    test('Nothing can be requested of an order to which a part has moved', async () => {
      const { fixture, store } = context();
      const orders = await placePaid([100, 200]);
      const own = await refund(orders[0], 40);
      await adopt(paymentOf(orders), dispute(300));
      await fail(own);
      for (const { id } of orders) {
        const requested = await store.refunds.request(fixture.refundCommand(id), fixture.now());
        const left = { amount: 0, currency: 'VND' };
        expect(requested._unsafeUnwrapErr()).toEqual({ kind: 'refund_too_large', left });
      }
    });

    test('A refund of the provider moves with a credit note of its own, and the replaced one is void', async () => {
      const { fixture } = context();
      const orders = await placePaid([100, 200], ['physical', 'physical']);
      for (const lease of (await fixture.claimTasks('physical')).leases)
        await fixture.report(lease, { kind: 'done', detail: null });
      const own = await refund(orders[0], 40);
      await adopt(paymentOf(orders), report(300, { reference: 're_9' }));
      expect(await statuses(orders)).toEqual(['refunded', 'refunded']);
      const stocks = await Promise.all(orders.map(stockOf));
      await fail(own);
      expect(await given(orders)).toEqual([[40, 60], [200]]);
      expect(await statuses(orders)).toEqual(['refunded', 'refunded']);
      expect(await Promise.all(orders.map(stockOf))).toEqual(stocks);
      const notes = (await refundsOf(paymentOf(orders))).map(
        ({ status, amount, creditNote, creditedLine }) => [
          `${status} ${amount.amount}`,
          creditNote?.slice(-1),
          creditedLine?.line,
        ],
      );
      expect(notes).toEqual([
        ['failed 40', '1', 1],
        ['succeeded 60', '2', 1],
        ['failed 240', '3', 2],
        ['succeeded 200', '4', 2],
        ['succeeded 40', '5', 1],
      ]);
      expect(await cases('refunds_stuck')).toEqual([]);
      expect(await cases('refunds_unassigned')).toEqual([]);
      for (const { id } of orders) await fixture.historyStates(id);
    });

    test('A whole part moves if the refunds of ours fill its order', async () => {
      const orders = await placePaid([100, 200, 300]);
      const own = [];
      for (const order of orders) own.push(await refund(order));
      await adopt(paymentOf(orders), dispute(600));
      expect(await given(orders)).toEqual([[100], [200], [300, 600]]);
      await fail(defined(own[1]));
      expect(await given(orders)).toEqual([[100], [200], [300, 400]]);
      await fail(defined(own[0]));
      expect(await given(orders)).toEqual([[100], [200], [300, 300]]);
      await fail(defined(own[2]));
      expect(await given(orders)).toEqual([[100], [200], [300]]);
    });

    test('Parts move when a refund of the provider fails, too', async () => {
      const orders = await placePaid([100, 200]);
      await adopt(paymentOf(orders), report(40));
      const { store, fixture } = context();
      const refundId = defined((await refundsOf(paymentOf(orders)))[0]).id;
      const assignment = { refundId, orderId: defined(orders[0]).id, createId: fixture.newId };
      await unwrap(store.refunds.assign(assignment, fixture.now()));
      await adopt(paymentOf(orders), dispute(300));
      expect(await given(orders)).toEqual([[40, 60], [240]]);
      expect(await failAdopted('re_1')).toBe(1);
      expect(await given(orders)).toEqual([[40, 60], [200]]);
      expect(await failAdopted('re_1')).toBe(0);
    });

    test('A dispute that is won after all gives back all its parts, moved or not', async () => {
      const orders = await placePaid([100, 200]);
      const own = await refund(orders[0], 40);
      await adopt(paymentOf(orders), dispute(300));
      await fail(own);
      expect(await failAdopted('dp_1')).toBe(3);
      expect(await given(orders)).toEqual([[], []]);
      expect(await failAdopted('dp_1')).toBe(0);
      expect(await adopt(paymentOf(orders), dispute(300))).toBe(0);
    });

    test('The parts of one refund of the provider fail together, and none of them moves before', async () => {
      const orders = await placePaid([100, 200]);
      await refund(orders[0], 40);
      await adopt(paymentOf(orders), dispute(300));
      expect(await failAdopted('dp_1')).toBe(2);
      expect(await given(orders)).toEqual([[40], []]);
    });

    test('A part that has moved is no alarm, also when its order has something left again', async () => {
      const orders = await placePaid([100, 200]);
      const [own, other] = [await refund(orders[0], 40), await refund(orders[1], 150)];
      await adopt(paymentOf(orders), report(150, { reference: 're_9' }));
      await fail(own);
      expect(await given(orders)).toEqual([
        [40, 60],
        [50, 150],
      ]);
      expect(await cases('refunds_stuck')).toEqual([]);
      await fail(other);
      expect(await given(orders)).toEqual([[40, 60], [50]]);
      expect(await cases('refunds_stuck')).toMatchObject([{ refundId: other }]);
    });

    test('A failed refund moves nothing where no order has too much', async () => {
      const orders = await placePaid([100, 200]);
      const own = await refund(orders[0], 40);
      await adopt(paymentOf(orders), dispute(260));
      expect(await given(orders)).toEqual([[40, 60], [200]]);
      await fail(own);
      expect(await given(orders)).toEqual([[60], [200]]);
      expect((await refundsOf(paymentOf(orders))).length).toBe(3);
    });

    test('A refund that fails beside the adoption of the whole charge leaves each order with its amount', async () => {
      const { fixture } = context();
      for (let round = 0; round < 6; round++) {
        const orders = await placePaid([100, 200]);
        const own = await refund(orders[round % 2], 40);
        await fixture.openConnections();
        const reported = dispute(300, { reference: `dp_${round}` });
        await Promise.all([fail(own), adopt(paymentOf(orders), reported), fail(own)]);
        const sums = (await given(orders)).map((parts) => parts.reduce((sum, amount) => sum + amount, 0));
        expect(sums).toEqual([100, 200]);
        for (const { id } of orders) await fixture.historyStates(id);
      }
    });
  });
};
