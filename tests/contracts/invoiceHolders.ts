import { describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import type { Lease } from '../../core/queue.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** One mail of a checkout has the invoice, also if the group that issued it sends none. */
export const invoiceHoldersContract = (name: string, open: OpenStore): void => {
  describe(`${name}: the mail with the invoice`, () => {
    const context = useFreshStore(open);

    /** Pays an order of each of these types in one checkout. The physical one issues the invoice and reaches its mail. */
    const issue = async (...types: readonly string[]) => {
      const { fixture, store } = context();
      const drafts = ['physical', ...types].map((type) => fixture.productDraft({ type }));
      const orders = await fixture.placeOrders(await fixture.createProducts(drafts));
      await fixture.pay(orders);
      const lease = await claim('physical');
      const { checkoutId } = await fixture.findOrder(defined(orders[0]).id);
      const invoice = defined(await unwrap(store.invoices.ofCheckout(defined(checkoutId))));
      expect(lease.issuedInvoice).toEqual(invoice);
      return { orders, lease, invoice, first: defined(orders[0]) };
    };
    const claim = async (type: string) => defined((await context().fixture.claimTasks(type)).leases[0]);
    const sent = (lease: Lease) => context().fixture.report(lease, { kind: 'done', detail: '<1@x>' });
    const wait = (lease: Lease, ms = 0) =>
      context().fixture.report(lease, {
        kind: 'retry',
        error: 'busy',
        runAtMs: context().fixture.now() + ms,
      });
    const refund = async ({ id }: Order) => {
      const { fixture } = context();
      const { id: refundId } = await fixture.requestRefund(id);
      await fixture.finishRefund(refundId, refundSucceeded);
    };

    test('The next mail has the invoice if the task that issued it was refunded before its mail', async () => {
      const { first, invoice } = await issue('service', 'digital');
      await refund(first);
      const next = await claim('service');
      expect(next.issuedInvoice).toEqual(invoice);
      expect((await claim('digital')).issuedInvoice).toBeNull();
      await wait(next);
      expect((await claim('service')).issuedInvoice).toEqual(invoice);
    });

    test('The next mail has the invoice while the refund is open, and the first one no more if it fails', async () => {
      const { first, invoice } = await issue('service');
      const { fixture, store } = context();
      const { id } = await fixture.requestRefund(first.id);
      expect((await claim('service')).issuedInvoice).toEqual(invoice);
      await fixture.finishRefund(id, refundFailed);
      const [task] = await fixture.listTasks({ orderId: first.id });
      await unwrap(store.queue.retry([defined(task).id], fixture.now()));
      expect((await claim('physical')).issuedInvoice).toBeNull();
    });

    test('If the first mail may have been sent, the next has the invoice too, and a copy of the first no more', async () => {
      const { first, lease, invoice } = await issue('service');
      const { fixture, store } = context();
      // The mail has gone, and the answer of the mail server is lost.
      const { id } = await fixture.requestRefund(first.id);
      const next = await claim('service');
      expect(next.issuedInvoice).toEqual(invoice);
      await sent(next);
      expect(await sent(lease)).toEqual([]);
      await fixture.finishRefund(id, refundFailed);
      const [task] = await fixture.listTasks({ orderId: first.id });
      await unwrap(store.queue.retry([defined(task).id], fixture.now()));
      const again = await claim('physical');
      expect([again.taskId, again.issuedInvoice]).toEqual([lease.taskId, null]);
    });

    test('The invoice stays with the first mail if that was sent, waits or failed', async () => {
      for (const end of [
        (lease: Lease) => sent(lease),
        (lease: Lease) => wait(lease, 60_000),
        (lease: Lease) => context().fixture.report(lease, { kind: 'failed', error: '550' }),
      ]) {
        const { lease } = await issue('service');
        await end(lease);
        expect((await claim('service')).issuedInvoice).toBeNull();
      }
    });

    test('The invoice stays with a mail that was sent before its orders were refunded', async () => {
      const { lease, first } = await issue('service');
      await sent(lease);
      await refund(first);
      expect((await claim('service')).issuedInvoice).toBeNull();
    });

    test('A mail that was tried without the invoice stays as it is, and another takes it over', async () => {
      const { first, invoice } = await issue('service', 'digital');
      await wait(await claim('service'));
      await refund(first);
      expect((await claim('service')).issuedInvoice).toBeNull();
      expect((await claim('digital')).issuedInvoice).toEqual(invoice);
    });

    test('Of mails that are claimed at once only one takes the invoice over', async () => {
      const { fixture } = context();
      for (let round = 0; round < 6; round++) {
        const { first, invoice } = await issue('service', 'digital');
        await refund(first);
        await fixture.openConnections();
        const leases = await Promise.all([claim('service'), claim('digital')]);
        const issued = leases.flatMap(({ issuedInvoice }) => issuedInvoice ?? []);
        expect(issued).toEqual([invoice]);
      }
    });
  });
};
