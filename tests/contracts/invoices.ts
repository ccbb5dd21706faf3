import { describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** A checkout has one invoice, whichever of its groups comes first. */
export const invoicesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: invoices`, () => {
    const context = useFreshStore(open);

    const types = ['physical', 'digital', 'service'];

    /** One order of each of these types, paid in one checkout. Returns them as they are paid. */
    const payTogether = async (ofTypes: readonly string[] = types): Promise<readonly Order[]> => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(
        await fixture.createProducts(ofTypes.map((type) => fixture.productDraft({ type }))),
        { quantity: 2 },
      );
      await fixture.pay(orders);
      return Promise.all(orders.map(({ id }) => fixture.findOrder(id)));
    };

    const invoiceOf = async ([order]: readonly Order[]) =>
      unwrap(context().store.invoices.ofCheckout(defined(defined(order).checkoutId)));

    const invoicedRow = async ({ id }: Order) =>
      (await context().fixture.findOrder(id)).history.find(({ state }) => state === 'invoiced');

    test('The first group of a checkout issues its invoice with all orders, and the others find it', async () => {
      const { fixture, world } = context();
      const orders = await payTogether();
      expect(await invoiceOf(orders)).toBeNull();
      expect((await fixture.findOrder(defined(orders[0]).id)).invoice).toBeNull();
      const issuedAtMs = fixture.now();
      await fixture.claimTasks('service');
      const number = `${new Date(issuedAtMs).getUTCFullYear()}-000001`;
      const checkoutNumber = (await fixture.findOrder(defined(orders[0]).id)).number;
      expect(checkoutNumber).not.toBeNull();
      const invoice = {
        checkoutNumber,
        ...{ number, issuedAtMs, checkoutId: defined(defined(orders[0]).checkoutId) },
        ...{ shop: world.shop, currency: 'VND', total: 3 * 398_000 },
        customer: { email: `${defined(orders[0]).customerId}@example.com`, language: 'vi' },
        lines: orders.map(({ id, product: { code, name: productName } }) => ({
          ...{ orderId: id, code, name: productName, quantity: 2, unitPrice: 199_000 },
          ...{ net: 398_000, taxRate: null, tax: 0 },
        })),
      };
      expect(await invoiceOf(orders)).toEqual(invoice);

      world.advance(1_000);
      const leases = [...(await fixture.claimTasks('physical')).leases];
      leases.push(...(await fixture.claimTasks('digital')).leases);
      expect(leases.map(({ invoiceNumber }) => invoiceNumber)).toEqual([number, number]);
      expect(await invoiceOf(orders)).toEqual(invoice);
      for (const order of orders) {
        expect((await invoicedRow(order))?.detail).toBe(number);
        expect((await fixture.findOrder(order.id)).invoice).toEqual({ number, issuedAtMs });
      }
    });

    test('The invoice is in each lease of the task that issued it, and in no lease of another', async () => {
      const { fixture, world } = context();
      const orders = await payTogether(['service', 'service', 'physical']);
      const [issuing] = (await fixture.claimTasks('service')).leases;
      const invoice = defined(await invoiceOf(orders));
      expect(defined(issuing).issuedInvoice).toEqual(invoice);
      const [finding] = (await fixture.claimTasks('physical')).leases;
      expect(defined(finding)).toMatchObject({ issuedInvoice: null, invoiceNumber: invoice.number });

      await fixture.report(defined(issuing), { kind: 'retry', error: 'busy', runAtMs: fixture.now() + 1 });
      await fixture.report(defined(finding), { kind: 'retry', error: 'busy', runAtMs: fixture.now() + 1 });
      world.advance(1);
      const again = [...(await fixture.claimTasks('service')).leases];
      again.push(...(await fixture.claimTasks('physical')).leases);
      expect(again.map(({ issuedInvoice }) => issuedInvoice)).toEqual([invoice, null]);
    });

    test('The invoice stays with the task that issued it when an order leaves the group', async () => {
      const { fixture, store } = context();
      const orders = await payTogether(['service', 'service']);
      const [issuing] = (await fixture.claimTasks('service')).leases;
      const left = defined(orders[0]);
      const { id } = await fixture.requestRefund(left.id);
      await fixture.finishRefund(id, refundFailed);
      const [own] = await fixture.listTasks({ orderId: left.id });
      await unwrap(store.queue.retry([defined(own).id], fixture.now()));
      const [lease] = (await fixture.claimTasks('service')).leases;
      expect(defined(lease)).toMatchObject({ taskId: defined(own).id, issuedInvoice: null });
      expect(defined(issuing).issuedInvoice).toEqual(await invoiceOf(orders));
    });

    test('A checkout without an invoice has none to find', async () => {
      expect(await unwrap(context().store.invoices.ofCheckout(context().fixture.newId()))).toBeNull();
    });

    test('An order that was refunded before the invoice is left out of it', async () => {
      const { fixture } = context();
      const orders = await payTogether(['physical', 'physical', 'service']);
      const { id } = await fixture.requestRefund(defined(orders[1]).id);
      await fixture.finishRefund(id, refundSucceeded);
      await fixture.claimTasks('physical');
      const invoice = defined(await invoiceOf(orders));
      expect(invoice.lines.map(({ orderId }) => orderId)).toEqual(
        [orders[0], orders[2]].map((order) => defined(order).id),
      );
      expect(invoice.total).toBe(2 * 398_000);
      expect((await fixture.findRefund(id)).creditNote).toBeNull();
    });

    test('A refund of an order that another group has invoiced gets a credit note', async () => {
      const { fixture } = context();
      const orders = await payTogether(['physical', 'service']);
      await fixture.claimTasks('physical');
      const { id } = await fixture.requestRefund(defined(orders[1]).id);
      await fixture.finishRefund(id, refundSucceeded);
      const { creditNote, creditedLine } = await fixture.findRefund(id);
      expect(creditNote).toEndWith('-000001');
      expect(creditedLine).toEqual({ invoice: '2026-000001', line: 2 });
    });

    test('Groups that are claimed at once issue one invoice a checkout, without a gap', async () => {
      const { fixture } = context();
      const checkouts: (readonly Order[])[] = [];
      for (let index = 0; index < 12; index++) checkouts.push(await payTogether());
      await fixture.openConnections();
      for (let more = true; more; ) {
        const claims = await Promise.all(
          types.flatMap((type) => [
            fixture.claimTasks(type, { limit: 2 }),
            fixture.claimTasks(type, { limit: 2 }),
          ]),
        );
        more = claims.some(({ processed }) => processed > 0);
      }
      const numbers: string[] = [];
      for (const orders of checkouts) {
        const { number, lines } = defined(await invoiceOf(orders));
        numbers.push(number);
        expect(lines).toHaveLength(3);
        for (const order of orders) expect((await invoicedRow(order))?.detail).toBe(number);
      }
      expect(numbers.toSorted()).toEqual(
        checkouts.map((_, index) => `2026-${String(index + 1).padStart(6, '0')}`),
      );
    });

    test('A refund that ends beside the invoice has a credit note, or its order is left out', async () => {
      const { fixture } = context();
      for (let round = 0; round < 8; round++) {
        const orders = await payTogether(['physical', 'service']);
        const { id } = await fixture.requestRefund(defined(orders[1]).id);
        await fixture.openConnections();
        await Promise.all([fixture.claimTasks('physical'), fixture.finishRefund(id, refundSucceeded)]);
        const { lines } = defined(await invoiceOf(orders));
        const isListed = lines.some(({ orderId }) => orderId === defined(orders[1]).id);
        expect((await fixture.findRefund(id)).creditNote !== null).toBe(isListed);
      }
    });
  });
};
