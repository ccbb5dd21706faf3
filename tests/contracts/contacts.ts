import { describe, expect, test } from 'bun:test';
import type { OperatorCommand } from '../../core/activity.ts';
import type { ContactCorrection } from '../../core/contact.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import { withServices } from '../../core/pipelines/withServices.ts';
import type { FinishedRefund } from '../../core/refund.ts';
import { defined, refundFailed, refundSucceeded, succeeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const done = { kind: 'done', detail: '<m@shop.example>' } as const;
const noMailbox = { kind: 'failed', error: '550 no such mailbox' } as const;
const email = 'right@example.com';

/** An operator corrects the address of an order, and has its mails sent again. */
export const contactsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: contacts`, () => {
    const context = useFreshStore(open);

    const command = (): OperatorCommand => ({
      actor: { id: 'op-1', email: 'mai@shop.example' },
      requestId: 'request-1',
      createId: context().fixture.newId,
    });
    const tryCorrect = (orderId: string, changes: Partial<ContactCorrection> = {}) => {
      const { fixture, store } = context();
      const correction = { orderId, email, resend: false, createId: fixture.newId, ...changes };
      return store.contacts.correct(correction, fixture.now(), command());
    };
    const correct = (orderId: string, changes: Partial<ContactCorrection> = {}) =>
      unwrap(tryCorrect(orderId, changes));
    const claimMails = async () => (await context().fixture.claimTasks('physical')).leases;
    const activity = async (target: string) => {
      const query = { actor: null, action: 'order.contact', target, fromMs: null, toMs: null };
      return (await unwrap(context().store.activity.list({ ...query, after: null, limit: 100 }))).items;
    };

    test('A mail that failed for its address is tried again with the corrected one', async () => {
      const { fixture } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()]);
      const { order, taskId } = defined(lease);
      await fixture.report(defined(lease), noMailbox);
      expect(await correct(order.id)).toEqual({ orderIds: [order.id], retried: 1, resent: 0 });
      const [again] = await claimMails();
      expect(again).toMatchObject({ taskId, attempts: 0, contact: { email, language: 'vi' } });
      await fixture.report(defined(again), done);
      const { status, history } = await fixture.findOrder(order.id);
      expect(status).toBe('completed');
      expect(history.slice(-3).map(({ state }) => state)).toEqual([
        ...['completed', 'contact_changed', 'customer_notified'],
      ]);
      expect(JSON.stringify(history)).not.toContain(email);
      const [row] = await activity(order.id);
      expect(row).toMatchObject({ target: order.id, orderId: order.id, requestId: 'request-1' });
      expect(JSON.stringify(row)).not.toContain(email);
    });

    test('The address is corrected for all orders of a group, because they have one mail', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const orders = await fixture.placeOrders([
        ...[product, product, product],
        await fixture.createProduct({ type: 'digital' }),
      ]);
      await fixture.pay(orders);
      const ofGroup = orders.slice(0, 3).map(({ id }) => id);
      expect(await correct(defined(ofGroup[0]))).toEqual({ orderIds: ofGroup, retried: 0, resent: 0 });
      expect(await claimMails()).toMatchObject([{ contact: { email } }]);
      const [digital] = (await fixture.claimTasks('digital')).leases;
      expect(defined(digital).contact.email).not.toBe(email);
      for (const id of ofGroup)
        expect((await fixture.historyStates(id)).filter((state) => state === 'contact_changed')).toHaveLength(
          1,
        );
      expect((await activity(defined(ofGroup[0]))).map(({ orderId }) => orderId).toSorted()).toEqual(ofGroup);
      expect(await activity(defined(ofGroup[2]))).toHaveLength(1);
    });

    test('A mail that was sent is sent again as a new mail, only if that is asked for', async () => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
      const [taskId] = await fixture.pay(orders);
      await fixture.report(defined((await claimMails())[0]), done);
      const [first, second] = orders.map(({ id }) => id);
      const orderIds = [defined(first), defined(second)];
      expect(await correct(defined(first))).toEqual({ orderIds, retried: 0, resent: 0 });
      expect(await fixture.listTasks()).toEqual([]);
      expect(await correct(defined(second), { resend: true })).toEqual({ orderIds, retried: 0, resent: 1 });
      // The address is the same, and the mail is on its way: nothing more is sent, and the activity claims nothing.
      expect(await correct(defined(second), { resend: true })).toEqual({ orderIds, retried: 0, resent: 0 });
      // The newest first: two orders each time, and the first correction named the other one.
      expect((await activity(defined(second))).map(({ detail }) => detail)).toEqual([
        ...[null, null, 'the mails are sent again', 'the mails are sent again', null],
      ]);
      const [lease, ...others] = await claimMails();
      expect(others).toEqual([]);
      expect(lease).toMatchObject({ step: 'notify_customer', contact: { email }, alreadyDone: false });
      expect(defined(lease).taskId).not.toBe(defined(taskId));
      expect(defined(lease).issuedInvoice?.number).toBe(defined(defined(lease).invoiceNumber));
      expect(defined(lease).orders.map(({ order }) => order.id)).toEqual(orderIds);
      await fixture.report(defined(lease), done);
      for (const id of orderIds) {
        expect((await fixture.findOrder(id)).status).toBe('completed');
        expect((await fixture.historyStates(id)).slice(-4)).toEqual([
          ...['completed', 'customer_notified', 'contact_changed', 'customer_notified'],
        ]);
      }
      expect(await correct(defined(first), { resend: true })).toMatchObject({ resent: 1 });
    });

    test('A timeline has the correction, and each mail', async () => {
      const { fixture, store, world } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()]);
      const orderId = defined(lease).order.id;
      await fixture.report(defined(lease), done);
      world.advance(1_000);
      await correct(orderId, { resend: true });
      await fixture.report(defined((await claimMails())[0]), done);
      const query = { orderId, nowMs: fixture.now(), limit: 100 };
      const { items } = await unwrap(store.orders.timeline({ ...query, after: null }));
      expect(items.map(({ kind, what }) => `${kind} ${what}`).slice(-6)).toEqual([
        ...['payment succeeded', 'mail sent', 'command order.contact', 'state contact_changed'],
        ...['state customer_notified', 'mail sent'],
      ]);
      expect(items.find(({ kind }) => kind === 'command')?.detail).toBe('the mails are sent again');
    });

    test('A mail that is being sent to the old address is taken from its worker, and one to the same is not', async () => {
      const { fixture } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()]);
      const { order, taskId, contact } = defined(lease);
      const same = { email: contact.email, resend: true };
      expect(await correct(order.id, same)).toMatchObject({ retried: 0, resent: 0 });
      expect(await correct(order.id)).toMatchObject({ retried: 1, resent: 0 });
      expect(await fixture.report(defined(lease), noMailbox)).toEqual([]);
      const [again] = await claimMails();
      expect(again).toMatchObject({ taskId, contact: { email } });
      expect(await fixture.report(defined(again), done)).toEqual([taskId]);
    });

    test('Of corrections and reports at once, each order is told at the new address or was told before', async () => {
      const { fixture } = context();
      const leases = await fixture.payAndLease(Array(16).fill(await fixture.createProduct()));
      await fixture.openConnections();
      await Promise.all(
        leases.flatMap((lease, index) => {
          const acts = [() => correct(lease.order.id), () => fixture.report(lease, done)];
          if (index % 2 === 0) acts.reverse();
          return acts.map((act): Promise<unknown> => act());
        }),
      );
      for (const again of await claimMails()) {
        expect(again.contact.email).toBe(email);
        await fixture.report(again, done);
      }
      expect(await fixture.listTasks()).toEqual([]);
      for (const { order } of leases) {
        const states = await fixture.historyStates(order.id);
        expect(states.filter((state) => state === 'customer_notified')).toHaveLength(1);
        expect(states.filter((state) => state === 'contact_changed')).toHaveLength(1);
      }
    });

    test('Resends at once send one mail', async () => {
      const { fixture } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()]);
      await fixture.report(defined(lease), done);
      await fixture.openConnections();
      const { id } = defined(lease).order;
      const all = await Promise.all(Array.from({ length: 6 }, () => correct(id, { resend: true })));
      expect(all.reduce((sum, { resent }) => sum + resent, 0)).toBe(1);
      expect(await fixture.listTasks()).toHaveLength(1);
    });

    test('The mail about a refund is tried again, and sent again if that is asked for', async () => {
      const { fixture } = context();
      const order = await fixture.placePaidOrder(await fixture.createProduct());
      const { id } = await fixture.requestRefund(order.id, 1);
      const [charge] = await fixture.claimJobs('refund');
      await fixture.finishRefund(id, refundSucceeded);
      await fixture.reportJob(defined(charge), { kind: 'advanced', step: 'notify_customer' });
      const [mail] = await fixture.claimJobs('refund');
      await fixture.reportJob(defined(mail), noMailbox);
      expect(await correct(order.id)).toMatchObject({ retried: 1, resent: 0 });
      expect((await fixture.findRefund(id)).contact?.email).toBe(email);
      const [again] = await fixture.claimJobs('refund');
      expect(again).toMatchObject({ taskId: defined(mail).taskId, step: 'notify_customer' });
      await fixture.reportJob(defined(again), { kind: 'done' });
      expect(await correct(order.id, { resend: true })).toMatchObject({ retried: 0, resent: 1 });
      const [resent] = await fixture.claimJobs('refund');
      expect(resent).toMatchObject({ jobId: id, step: 'notify_customer' });
      expect(defined(resent).taskId).not.toBe(defined(mail).taskId);
    });

    test('Only the mails about refunds of ours that have left are sent again, and none that is still to be sent', async () => {
      const { fixture, store } = context();
      const order = await fixture.placePaidOrder(await fixture.createProduct());
      const finish = async (amount: number, outcome: FinishedRefund['outcome']): Promise<string> => {
        const { id } = await fixture.requestRefund(order.id, amount);
        await fixture.finishRefund(id, outcome);
        for (const job of await fixture.claimJobs('refund')) await fixture.reportJob(job, { kind: 'done' });
        return id;
      };
      const mailed = await finish(1, refundSucceeded);
      await finish(2, refundFailed);
      const adopted = { reference: 're_2', refundId: null, origin: 'provider', atMs: 1 } as const;
      const refunds = [{ ...adopted, amount: { ...order.total, amount: 3 } }];
      const paymentId = defined((await fixture.findOrder(order.id)).checkoutId);
      await unwrap(store.refunds.adopt({ paymentId, refunds, createId: fixture.newId }, fixture.now()));
      const toMail = await fixture.requestRefund(order.id, 4);
      await fixture.finishRefund(toMail.id, { ...refundSucceeded, reference: 're_4' });
      expect(await correct(order.id, { resend: true })).toMatchObject({ resent: 1 });
      const jobs = await fixture.claimJobs('refund');
      expect(jobs.map(({ jobId }) => jobId)).toEqual([toMail.id, mailed]);
    });

    test('An order that waits for its carrier goes on, and its mail goes to the corrected address', async () => {
      const { fixture } = context();
      const withCarrier = withServices(pipelineFor('physical'), ['carrier']);
      const order = await fixture.placePaidOrder(await fixture.createProduct());
      const [shipment] = (await fixture.claimTasks(withCarrier)).leases;
      expect(await correct(order.id, { resend: true })).toMatchObject({ retried: 0, resent: 0 });
      await fixture.report(defined(shipment), { kind: 'done', detail: null });
      expect((await fixture.claimTasks(withCarrier)).leases).toMatchObject([{ contact: { email } }]);
      expect((await fixture.historyStates(order.id)).slice(-4)).toEqual([
        ...['invoiced', 'contact_changed', 'shipment_requested', 'completed'],
      ]);
    });

    test('A pending order is corrected alone, and can be paid', async () => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
      const [first, second] = [defined(orders[0]), defined(orders[1])];
      const { orderIds } = await correct(second.id, { resend: true });
      expect(orderIds).toEqual([second.id]);
      await fixture.pay([first, second]);
      expect(await claimMails()).toMatchObject([{ contact: { email } }]);
      expect((await fixture.historyStates(second.id)).slice(0, 3)).toEqual([
        ...['pending', 'contact_changed', 'paying'],
      ]);
    });

    test('Orders that are being paid are corrected together, and get their outcome', async () => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct({ stock: 9 })));
      const claim = await fixture.claimCheckout(fixture.checkoutRequest(orders));
      expect((await correct(defined(orders[0]).id)).orderIds).toEqual(orders.map(({ id }) => id));
      await fixture.recordOutcome(claim, succeeded);
      expect(await claimMails()).toMatchObject([{ contact: { email } }]);
      for (const { id } of orders)
        expect((await fixture.historyStates(id)).slice(0, 5)).toEqual([
          ...['pending', 'paying', 'stock_reserved', 'contact_changed', 'paid'],
        ]);
    });

    test('Corrections while carts are claimed leave every history without a gap', async () => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(12).fill(await fixture.createProduct()));
      await fixture.openConnections();
      await Promise.all([
        ...orders.map(({ id }) => correct(id)),
        ...orders.map((order) => fixture.payAlone([order])),
      ]);
      for (const { id } of orders) {
        const states = await fixture.historyStates(id);
        expect(states.filter((state) => state === 'contact_changed')).toHaveLength(1);
        expect(states.filter((state) => state === 'paid')).toHaveLength(1);
      }
      for (const { contact } of await claimMails()) expect(contact.email).toBe(email);
    });

    test('A correction of an order that does not exist changes nothing', async () => {
      const { fixture } = context();
      const missing = fixture.newId();
      expect((await tryCorrect(missing))._unsafeUnwrapErr()).toEqual({ kind: 'not_found' });
      expect(await activity(missing)).toEqual([]);
    });
  });
};
