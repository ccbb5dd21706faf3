import { describe, expect, test } from 'bun:test';
import { createAdoptedRefundFixture } from './adoptedRefundFixture.ts';
import { defined, refundFailed } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Refunds that were made at the provider of part of a charge of several orders. */
export const assignedRefundsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: refunds that wait for their order`, () => {
    const context = useFreshStore(open);
    const { placePaid, paymentOf, report, adopt, assign, refundsOf, statuses, cases } =
      createAdoptedRefundFixture(context);

    test('A refund of part of a charge of several orders waits for its order and lowers what is left', async () => {
      const { fixture, store } = context();
      const orders = await placePaid([100, 200]);
      const [first, second] = orders.map(({ id }) => id);
      expect(await adopt(paymentOf(orders), report(150))).toBe(1);
      expect(await statuses(orders)).toEqual(['paid', 'paid']);
      const [refund] = await refundsOf(paymentOf(orders));
      expect(refund).toMatchObject({ orderId: null, status: 'succeeded', creditNote: null });
      expect(await cases('refunds_unassigned')).toEqual([
        {
          ...{ id: defined(refund).id, orderId: null, paymentId: paymentOf(orders) },
          ...{ refundId: defined(refund).id, amount: { amount: 150, currency: 'VND' }, sinceMs: 1_000 },
          detail: 'refunded at the payment provider: re_1',
          acknowledgement: null,
        },
      ]);
      const tooLarge = fixture.refundCommand(defined(second), { amount: { amount: 151, currency: null } });
      expect((await store.refunds.request(tooLarge, fixture.now()))._unsafeUnwrapErr()).toEqual({
        kind: 'refund_too_large',
        left: { amount: 150, currency: 'VND' },
      });

      const assigned = (await assign(defined(refund).id, defined(second)))._unsafeUnwrap();
      expect(assigned).toMatchObject({ id: defined(refund).id, orderId: second, status: 'succeeded' });
      expect((await assign(defined(refund).id, defined(second)))._unsafeUnwrap()).toEqual(assigned);
      expect(await cases('refunds_unassigned')).toEqual([]);
      expect(await fixture.historyStates(defined(second))).toContain('partially_refunded');
      expect((await fixture.requestRefund(defined(second))).amount.amount).toBe(50);
      expect((await fixture.requestRefund(defined(first))).amount.amount).toBe(100);
    });

    test('What does not fit into the assigned order stays without an order, until only one order is left', async () => {
      const orders = await placePaid([100, 200, 300]);
      const [first, second] = orders.map(({ id }) => id);
      await adopt(paymentOf(orders), report(450));
      const [refund] = await refundsOf(paymentOf(orders));
      const part = (await assign(defined(refund).id, defined(first)))._unsafeUnwrap();
      expect(part.amount.amount).toBe(100);
      expect(await statuses(orders)).toEqual(['refunded', 'paid', 'paid']);
      const [rest] = await cases('refunds_unassigned');
      expect(rest).toMatchObject({ amount: { amount: 350, currency: 'VND' } });
      await assign(defined(rest).id, defined(second));
      expect(await adopt(paymentOf(orders))).toBe(1);
      expect(await cases('refunds_unassigned')).toEqual([]);
      expect(await statuses(orders)).toEqual(['refunded', 'refunded', 'paid']);
      const amounts = (await refundsOf(paymentOf(orders))).map(({ amount }) => amount.amount);
      expect(amounts.toSorted()).toEqual([100, 150, 200]);
    });

    test('A refund that failed takes no room in the order that a part is assigned to', async () => {
      const { fixture } = context();
      const orders = await placePaid([100, 200]);
      const id = defined(orders[0]).id;
      await fixture.finishRefund((await fixture.requestRefund(id)).id, refundFailed);
      await adopt(paymentOf(orders), report(100));
      const [rest] = await cases('refunds_unassigned');
      expect((await assign(defined(rest).id, id))._unsafeUnwrap()).toMatchObject({ orderId: id });
      expect(await cases('refunds_unassigned')).toEqual([]);
      expect(await statuses(orders)).toEqual(['refunded', 'paid']);
    });

    test('A part belongs to all orders once nothing of the charge stays paid', async () => {
      const orders = await placePaid([100, 200]);
      await adopt(paymentOf(orders), report(150));
      await adopt(paymentOf(orders), report(150), report(150, { reference: 're_2' }));
      expect(await statuses(orders)).toEqual(['refunded', 'refunded']);
      expect(await cases('refunds_unassigned')).toEqual([]);
      const sum = (await refundsOf(paymentOf(orders))).reduce((all, { amount }) => all + amount.amount, 0);
      expect(sum).toBe(300);
    });

    test('An assignment to an order that it cannot belong to is refused', async () => {
      const { fixture } = context();
      const orders = await placePaid([100, 200]);
      const others = await placePaid([100]);
      const [first, second] = orders.map(({ id }) => id);
      await adopt(paymentOf(orders), report(50));
      const refundId = defined((await refundsOf(paymentOf(orders)))[0]).id;
      const failure = async (...args: Parameters<typeof assign>) =>
        (await assign(...args))._unsafeUnwrapErr();
      expect(await failure(refundId, fixture.newId())).toEqual({ kind: 'not_found' });
      expect(await failure(fixture.newId(), defined(first))).toEqual({ kind: 'not_found' });
      const notRefundable = { kind: 'order_not_refundable', status: 'paid' } as const;
      expect(await failure(refundId, defined(others[0]).id)).toEqual(notRefundable);
      const own = await fixture.requestRefund(defined(first), 10);
      expect(await failure(own.id, defined(second))).toEqual(notRefundable);
      await fixture.requestRefund(defined(first), 90);
      const left = { amount: 0, currency: 'VND' };
      expect(await failure(refundId, defined(first))).toEqual({ kind: 'refund_too_large', left });
      expect(await cases('refunds_unassigned')).toHaveLength(1);
      await assign(refundId, defined(second));
      expect(await failure(refundId, defined(first))).toMatchObject({ kind: 'order_not_refundable' });
    });
  });
};
