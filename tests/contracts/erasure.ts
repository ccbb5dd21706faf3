import { describe, expect, test } from 'bun:test';
import type { OperatorCommand } from '../../core/activity.ts';
import type { ErasedSlice } from '../../core/erasure.ts';
import { moneyCheckLimits } from '../../core/ledger.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import { withServices } from '../../core/pipelines/withServices.ts';
import { createEraseCustomer } from '../../core/usecases/eraseCustomer.ts';
import { defined, refundSucceeded, succeeded, unwrap } from './fixture.ts';
import { type OpenWithBackdoor, useFreshStore } from './testContext.ts';

/** With signs that mean something in a regular expression, in SQL and in JSON. */
const email = 'Lan.o\'hara+"shop"@example.com';
const olderEmail = 'lan@older.example.com';
const contact = { email, language: 'en' };
const other = { email: 'minh@example.com', language: 'vi' };
const noMailbox = { kind: 'failed', error: `550 <${email.toLowerCase()}>: no such mailbox` } as const;

/** A customer is erased, and the books of the shop stay. */
export const erasureContract = (name: string, open: OpenWithBackdoor): void => {
  describe(`${name}: erasure of a customer`, () => {
    const context = useFreshStore(open);
    const customerId = 'lan-1';

    const command = (actor: OperatorCommand['actor'] = { id: 'op-1', email: 'mai@shop.example' }) => ({
      actor,
      requestId: 'request-1',
      createId: context().fixture.newId,
    });
    const erase = (id = customerId) => {
      const { store, world } = context();
      return createEraseCustomer({ store, world })(id, command());
    };
    const rowsWith = async (text: string) =>
      (await context().backdoor.allTexts()).filter((row) => row.toLowerCase().includes(text.toLowerCase()));
    /** As it stands in a text, in JSON, and in JSON inside of a row that is shown as JSON. */
    const rowsWithAddress = async (address: string) => {
      const quoted = JSON.stringify(address).slice(1, -1);
      const found = [];
      for (const each of new Set([
        address,
        quoted,
        JSON.stringify(quoted).slice(1, -1),
        address.replaceAll('"', '""'),
      ]))
        found.push(...(await rowsWith(each)));
      return found;
    };
    const place = async (type = 'physical', changes: object = {}) =>
      context().fixture.placeOrder(await context().fixture.createProduct({ type }), {
        customerId,
        contact,
        ...changes,
      });
    const paid = async (type = 'physical', changes: object = {}) => {
      const order = await place(type, changes);
      await context().fixture.pay([order]);
      return order;
    };
    const states = (id: string) => context().fixture.historyStates(id);
    const claimMails = async (pipeline = 'physical') => (await context().fixture.claimTasks(pipeline)).leases;

    test('No row has the address of an erased customer, whatever happened to their orders', async () => {
      const { fixture, store } = context();
      // Completed, with an invoice, a captured mail and a corrected address.
      const told = await paid('physical', { contact: { email: olderEmail, language: 'vi' } });
      const [mail] = await claimMails();
      await unwrap(
        store.contacts.correct(
          { orderId: told.id, email, resend: false, createId: fixture.newId },
          fixture.now(),
          command(),
        ),
      );
      const { checkoutId } = await fixture.findOrder(told.id);
      for (const to of [email, olderEmail])
        await store.mailbox.send({
          ...{ messageId: `<${to}>`, checkoutId, orderIds: [told.id], to, subject: 's' },
          ...{ text: `Dear ${to}`, html: to, attachments: [] },
        });
      expect(await fixture.report(defined(mail), { kind: 'done', detail: null })).toEqual([]);
      // A mail that failed, and one that a server refused in its own words.
      await paid('digital');
      for (const lease of await claimMails('digital')) await fixture.report(lease, noMailbox);
      // A request to a carrier that nobody has answered, and one whose order was refunded meanwhile.
      const withCarrier = withServices(pipelineFor('physical'), ['carrier']);
      await paid();
      const refunded = await paid();
      await fixture.claimTasks(withCarrier);
      const refund = await fixture.requestRefund(refunded.id);
      await fixture.finishRefund(refund.id, refundSucceeded);
      // A refund with the address in its reason, and in that of a note.
      const complaint = fixture.refundCommand(told.id, {
        reason: `asked by ${email}`,
        amount: { amount: 1, currency: null },
        // The customer is an operator too.
        command: command({ id: customerId, email }),
      });
      await unwrap(store.refunds.request(complaint, fixture.now()));
      context().world.advance(moneyCheckLimits.refundMs);
      await unwrap(
        store.ledger.acknowledge(
          {
            check: 'refunds_stuck',
            caseId: complaint.refundId,
            note: `wrote to ${email}`,
            actor: command().actor,
          },
          fixture.now(),
        ),
      );
      await unwrap(
        store.pauses.begin(
          {
            id: fixture.newId(),
            pipeline: 'service',
            step: null,
            reason: `as ${email} asked`,
          },
          fixture.now(),
        ),
      );
      await unwrap(
        store.serviceKeys.createOnce(
          {
            ...{ id: fixture.newId(), name: 'erp', permissions: [], hash: 'h' },
            ...{ createdBy: { id: customerId, email }, expiresAtMs: fixture.now() + 1_000 },
            commandKey: {
              ...{ callerId: customerId, route: 'POST /keys', key: fixture.newId(), fingerprint: 'f' },
            },
          },
          fixture.now(),
        ),
      );
      await place();
      const kept = await paid('physical', { customerId: 'minh', contact: other });
      expect((await rowsWithAddress(email)).length).toBeGreaterThan(10);
      expect(await rowsWithAddress(olderEmail)).not.toEqual([]);

      await unwrap(erase());
      expect(await rowsWithAddress(email)).toEqual([]);
      expect(await rowsWithAddress(olderEmail)).toEqual([]);
      expect(await rowsWith(other.email)).not.toEqual([]);
      expect((await fixture.findOrder(kept.id)).status).toBe('paid');
      // The books are as they were.
      const order = await fixture.findOrder(told.id);
      expect(order).toMatchObject({ status: 'completed', customerId, payment: { status: 'succeeded' } });
      const invoice = defined(
        await unwrap(store.invoices.ofCheckout(defined(order.checkoutId ?? undefined))),
      );
      expect(invoice).toMatchObject({ customer: { email: '' }, total: told.total.amount });
      expect((await fixture.findRefund(complaint.refundId)).reason).toBe('asked by [erased]');
    });

    test('A pending order of an erased customer is cancelled, and its history says why', async () => {
      const { fixture } = context();
      const order = await place();
      await unwrap(erase());
      const { status, history } = await fixture.findOrder(order.id);
      expect(status).toBe('cancelled');
      expect(history.at(-1)).toMatchObject({ state: 'cancelled', detail: 'the customer was erased' });
      expect(await states(order.id)).toEqual(['pending', 'cancelled']);
    });

    test('A customer whose checkout is open is not erased, and nothing is changed', async () => {
      const { fixture } = context();
      const pending = await place();
      const order = await place();
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      const refusal = (await erase())._unsafeUnwrapErr();
      expect(refusal).toEqual({ kind: 'order_in_progress', orderIds: [order.id] });
      expect((await fixture.findOrder(pending.id)).status).toBe('pending');
      expect(await rowsWithAddress(email)).not.toEqual([]);
      await fixture.recordOutcome(claim, succeeded);
      await unwrap(erase());
      expect(await rowsWithAddress(email)).toEqual([]);
    });

    test('A paid order of an erased customer goes on to its end, and its mail is skipped', async () => {
      const { fixture } = context();
      const order = await paid();
      await unwrap(erase());
      expect(await claimMails()).toEqual([]);
      expect((await fixture.findOrder(order.id)).status).toBe('completed');
      expect((await states(order.id)).slice(-3)).toEqual(['shipment_requested', 'completed', 'skipped']);
      expect((await fixture.findOrder(order.id)).history.at(-1)?.detail).toBe(
        'notify_customer: the customer was erased',
      );
      expect(await fixture.listTasks()).toEqual([]);
      expect(await rowsWithAddress(email)).toEqual([]);
      // Its history goes on where it has ended.
      await fixture.requestRefund(order.id);
      expect((await states(order.id)).slice(-2)).toEqual(['skipped', 'refund_requested']);
    });

    test('A mail to an erased customer is skipped where it failed, waits, is held or is being sent', async () => {
      const { fixture, store } = context();
      const products = await Promise.all([0, 1, 2, 3].map(() => fixture.createProduct()));
      const orders = await fixture.placeOrders(products, { customerId, contact });
      await fixture.payAlone(orders);
      const [failed, waiting, held, running] = await claimMails();
      await fixture.report(defined(failed), noMailbox);
      await fixture.report(defined(waiting), {
        ...{ kind: 'retry', error: `451 ${email} is busy`, runAtMs: fixture.now() + 1_000_000 },
      });
      await fixture.report(defined(held), { kind: 'unavailable', error: 'down', retryAfterMs: null });
      await unwrap(erase());
      expect(await fixture.report(defined(running), { kind: 'done', detail: null })).toEqual([]);
      expect(await claimMails()).toEqual([]);
      expect(await fixture.listTasks()).toEqual([]);
      for (const { id } of orders) expect((await states(id)).slice(-2)).toEqual(['completed', 'skipped']);
      expect(await unwrap(store.pauses.list())).toEqual([]);
    });

    test('The mail about a refund of an erased customer is tried again, and names nobody', async () => {
      const { fixture } = context();
      const order = await paid();
      const { id } = await fixture.requestRefund(order.id, 1);
      const [charge] = await fixture.claimJobs('refund');
      await fixture.finishRefund(id, refundSucceeded);
      await fixture.reportJob(defined(charge), { kind: 'advanced', step: 'notify_customer' });
      const [mail] = await fixture.claimJobs('refund');
      await fixture.reportJob(defined(mail), noMailbox);
      await unwrap(erase());
      expect(await rowsWithAddress(email)).toEqual([]);
      const [again] = await fixture.claimJobs('refund');
      expect(again).toMatchObject({ taskId: defined(mail).taskId, step: 'notify_customer' });
      expect((await fixture.findRefund(id)).contact).toEqual({ email: '', language: null });
    });

    test('An erasure writes who asked for it once, and a second one changes nothing more', async () => {
      const { fixture, store } = context();
      await paid();
      await unwrap(erase());
      const before = (await context().backdoor.allTexts()).filter((row) => !row.startsWith('activity'));
      await unwrap(erase());
      await unwrap(erase('nobody'));
      const after = (await context().backdoor.allTexts()).filter((row) => !row.startsWith('activity'));
      expect(after.toSorted()).toEqual(before.toSorted());
      const query = { actor: null, action: 'customer.erase', target: customerId, fromMs: null, toMs: null };
      const { items } = await unwrap(store.activity.list({ ...query, after: null, limit: 100 }));
      expect(items).toHaveLength(2);
      expect(items[0]).toMatchObject({ requestId: 'request-1', orderId: null, detail: null });
      expect(fixture.now()).toBe(context().world.clock.nowMs());
    });

    test('An erasure goes on in slices until no order is left', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const orders = await fixture.placeOrders(Array(7).fill(product), { customerId, contact });
      await fixture.payAlone(orders.slice(0, 4));
      const slices: (string | null)[] = [];
      let after: string | null = null;
      do {
        const slice = { customerId, after, limit: 3 };
        const erased: ErasedSlice = await unwrap(store.customers.eraseSlice(slice, fixture.now(), command()));
        after = erased.next;
        slices.push(after);
      } while (after !== null);
      expect(slices).toEqual([defined(orders[2]).id, defined(orders[5]).id, null]);
      expect(await rowsWithAddress(email)).toEqual([]);
    });

    test('The orders of a customer are listed with their addresses, page by page', async () => {
      const { fixture, store } = context();
      const orders = [await place(), await place(), await place()];
      await place('physical', { customerId: 'minh', contact: other });
      const page = (after: string | null) =>
        unwrap(store.customers.orders({ customerId, after, limit: 2 }, fixture.now()));
      const ids = orders.map(({ id }) => id);
      const listed = await page(null);
      expect(listed.map(({ order }) => order.id)).toEqual(ids.slice(0, 2));
      expect(listed.map((each) => each.contact)).toEqual([contact, contact]);
      expect((await page(defined(ids[1]))).map(({ order }) => order.id)).toEqual(ids.slice(2));
    });

    test('Of an erasure and checkouts at once, either the checkout or the erasure is refused', async () => {
      const { fixture } = context();
      const orders = await Promise.all([0, 1, 2, 3].map(() => place()));
      await fixture.openConnections();
      const [erased, ...claims] = await Promise.all([
        erase(),
        ...orders.map((order) => fixture.tryClaimCheckout(fixture.checkoutRequest([order]))),
      ]);
      for (const [index, { id }] of orders.entries()) {
        const { status } = await fixture.findOrder(id);
        if (claims[index]?.isOk()) expect(status).toBe('paying');
        else expect(status).toBe('cancelled');
      }
      if (erased.isOk()) expect(await rowsWithAddress(email)).toEqual([]);
      else expect(claims.some((claim) => claim.isOk())).toBe(true);
    });
  });
};
