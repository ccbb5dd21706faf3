import { describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import type { Refund } from '../../core/refund.ts';
import { createAdoptedRefundFixture } from './adoptedRefundFixture.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Refunds that succeed before the invoice of their checkout is issued. */
export const earlierRefundsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: refunds before the invoice`, () => {
    const context = useFreshStore(open);
    const { placePaid, paymentOf, report, adopt, assign, refundsOf, statuses } =
      createAdoptedRefundFixture(context);

    const refund = async ({ id }: Order, amount: number | null, outcome = true): Promise<string> => {
      const { fixture } = context();
      const { id: refundId } = await fixture.requestRefund(id, amount);
      await fixture.finishRefund(refundId, outcome ? refundSucceeded : refundFailed);
      return refundId;
    };

    const invoiceOf = async (orders: readonly Order[]) =>
      defined(await unwrap(context().store.invoices.ofCheckout(paymentOf(orders))));

    const creditNotesOf = (refunds: readonly Refund[]) =>
      refunds.map(({ creditNote, creditedLine }) => [creditNote, creditedLine?.line ?? null]);

    /** The invoice less its credit notes is what was paid for its orders, less what went back. */
    const expectBalanced = async (orders: readonly Order[]): Promise<void> => {
      const { lines, total, number } = await invoiceOf(orders);
      const refunds = (await refundsOf(paymentOf(orders))).filter(
        ({ status, origin, orderId }) =>
          status === 'succeeded' && origin !== 'dispute' && lines.some((line) => line.orderId === orderId),
      );
      const sum = (amounts: readonly number[]) => amounts.reduce((all, amount) => all + amount, 0);
      const credited = refunds.filter(({ creditedLine }) => creditedLine?.invoice === number);
      const paid = orders.filter(({ id }) => lines.some(({ orderId }) => orderId === id));
      expect(total - sum(credited.map(({ amount }) => amount.amount))).toBe(
        sum(paid.map((order) => order.total.amount)) - sum(refunds.map(({ amount }) => amount.amount)),
      );
    };

    test('A refund of a part gets its credit note with the invoice, which has the amount that was paid', async () => {
      const { fixture } = context();
      const orders = await placePaid([100, 200]);
      const refundId = await refund(defined(orders[1]), 50);
      expect(await fixture.findRefund(refundId)).toMatchObject({ creditNote: null, creditedLine: null });
      const [lease] = (await fixture.claimTasks('physical')).leases;

      const invoice = await invoiceOf(orders);
      const credits = [{ number: 'CN-2026-000001', line: 2, amount: 50 }];
      expect(invoice).toMatchObject({ total: 300, credits });
      expect(invoice.lines.map(({ net }) => net)).toEqual([100, 200]);
      expect(defined(lease).issuedInvoice).toEqual(invoice);
      expect(await fixture.findRefund(refundId)).toMatchObject({
        creditNote: 'CN-2026-000001',
        creditedLine: { invoice: invoice.number, line: 2 },
      });
      await expectBalanced(orders);
    });

    test('An invoice without an earlier refund says nothing of credit notes', async () => {
      const orders = await placePaid([100]);
      await context().fixture.claimTasks('physical');
      expect(await invoiceOf(orders)).not.toHaveProperty('credits');
    });

    test('Several refunds of several checkouts are numbered without a gap, in the order of the lines', async () => {
      const { fixture } = context();
      const first = await placePaid([100, 200], ['physical', 'service']);
      const second = await placePaid([300]);
      await refund(defined(first[1]), 20);
      await refund(defined(first[0]), 10);
      await refund(defined(first[1]), 30);
      await refund(defined(second[0]), 40);
      await fixture.claimTasks('physical');
      expect(creditNotesOf(await refundsOf(paymentOf(first)))).toEqual([
        ['CN-2026-000002', 2],
        ['CN-2026-000001', 1],
        ['CN-2026-000003', 2],
      ]);
      expect(creditNotesOf(await refundsOf(paymentOf(second)))).toEqual([['CN-2026-000004', 1]]);
      const later = await refund(defined(second[0]), 5);
      expect((await fixture.findRefund(later)).creditNote).toBe('CN-2026-000005');
      await expectBalanced(first);
      await expectBalanced(second);
    });

    test('Refunds that leave nothing of an order leave it out of the invoice, without a credit note', async () => {
      const { fixture } = context();
      const orders = await placePaid([100, 200]);
      await refund(defined(orders[0]), 40);
      await refund(defined(orders[0]), null);
      await refund(defined(orders[1]), 50);
      await fixture.claimTasks('physical');
      expect((await invoiceOf(orders)).lines.map(({ orderId }) => orderId)).toEqual([defined(orders[1]).id]);
      expect(creditNotesOf(await refundsOf(paymentOf(orders)))).toEqual([
        [null, null],
        [null, null],
        ['CN-2026-000001', 1],
      ]);
      await expectBalanced(orders);
    });

    test.each([
      ['a part', 30],
      ['the whole order', null],
    ] as const)(
      'A refund of %s that is not decided gets its credit note when it succeeds',
      async (_, amount) => {
        const { fixture } = context();
        const orders = await placePaid([100, 200]);
        await refund(defined(orders[0]), 10);
        const { id } = await fixture.requestRefund(defined(orders[0]).id, amount);
        await fixture.claimTasks('physical');
        expect((await invoiceOf(orders)).credits).toHaveLength(1);
        expect((await fixture.findRefund(id)).creditNote).toBeNull();
        await fixture.finishRefund(id, refundSucceeded);
        expect(await fixture.findRefund(id)).toMatchObject({
          creditNote: 'CN-2026-000002',
          creditedLine: { line: 1 },
        });
        await expectBalanced(orders);
      },
    );

    test('A refund that failed before the invoice gets no credit note', async () => {
      const { fixture } = context();
      const orders = await placePaid([100, 200]);
      await refund(defined(orders[0]), 10, false);
      const rejected = await refund(defined(orders[0]), 20);
      await fixture.finishRefund(rejected, refundFailed);
      await fixture.claimTasks('physical');
      expect(await invoiceOf(orders)).not.toHaveProperty('credits');
      expect(creditNotesOf(await refundsOf(paymentOf(orders)))).toEqual([
        [null, null],
        [null, null],
      ]);
      await expectBalanced(orders);
    });

    test('A refund of the provider gets a credit note, and a lost dispute gets none, before and after', async () => {
      const { fixture } = context();
      const orders = await placePaid([100]);
      const lost = { origin: 'dispute', reference: 'dp_1' } as const;
      await adopt(paymentOf(orders), report(10), report(20, lost));
      await fixture.claimTasks('physical');
      expect((await invoiceOf(orders)).credits).toEqual([{ number: 'CN-2026-000001', line: 1, amount: 10 }]);
      await adopt(paymentOf(orders), report(5, { ...lost, reference: 'dp_2' }));
      const notes = creditNotesOf(await refundsOf(paymentOf(orders))).map(([number]) => number);
      expect(notes.toSorted()).toEqual(['CN-2026-000001', null, null]);
      await expectBalanced(orders);
    });

    test('A refund without an order gets its credit note when it has an order and the invoice is there', async () => {
      const { fixture } = context();
      const orders = await placePaid([100, 200]);
      await adopt(paymentOf(orders), report(30), report(40, { reference: 're_2' }));
      const [early, late] = await refundsOf(paymentOf(orders));
      unwrapped(await assign(defined(early).id, defined(orders[1]).id));
      await fixture.claimTasks('physical');
      expect((await invoiceOf(orders)).credits).toMatchObject([{ line: 2 }]);
      unwrapped(await assign(defined(late).id, defined(orders[0]).id));
      const refunds = await refundsOf(paymentOf(orders));
      expect(refunds.every(({ creditNote }) => creditNote !== null)).toBe(true);
      await expectBalanced(orders);
    });

    test('An order that is refunded whole for a dispute stays on the invoice', async () => {
      const orders = await placePaid([100, 200]);
      await adopt(paymentOf(orders), report(300, { origin: 'dispute', reference: 'dp_1' }));
      expect(await statuses(orders)).toEqual(['paid', 'paid']);
      await context().fixture.claimTasks('physical');
      expect((await invoiceOf(orders)).total).toBe(300);
      await expectBalanced(orders);
    });

    test('Refunds of each group that end beside the invoice have one credit note each, without a gap', async () => {
      const { fixture } = context();
      const sequences: string[] = [];
      for (let round = 0; round < 8; round++) {
        const orders = await placePaid([100, 200, 300], ['physical', 'service', 'digital']);
        const requested = await Promise.all(orders.map(({ id }) => fixture.requestRefund(id, 10)));
        await fixture.openConnections();
        await Promise.all([
          ...['physical', 'service', 'digital'].map((type) => fixture.claimTasks(type)),
          ...requested.map(({ id }) => fixture.finishRefund(id, refundSucceeded)),
        ]);
        // A claim skips what a refund holds at that moment.
        for (const type of ['physical', 'service', 'digital']) await fixture.claimTasks(type);
        await expectBalanced(orders);
        sequences.push(...(await refundsOf(paymentOf(orders))).map(({ creditNote }) => creditNote ?? 'none'));
      }
      expect(sequences.toSorted()).toEqual(
        Array.from({ length: 24 }, (_, index) => `CN-2026-${String(index + 1).padStart(6, '0')}`),
      );
    });
  });
};

const unwrapped = (result: { readonly _unsafeUnwrap: () => unknown }): unknown => result._unsafeUnwrap();
