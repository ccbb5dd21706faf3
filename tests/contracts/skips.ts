import { describe, expect, test } from 'bun:test';
import type { OperatorCommand } from '../../core/activity.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import type { StepService } from '../../core/pipelines/pipeline.ts';
import { withServices } from '../../core/pipelines/withServices.ts';
import type { SkipRequest } from '../../core/skip.ts';
import { defined, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenWithBackdoor, useFreshStore } from './testContext.ts';

const done = { kind: 'done', detail: null } as const;

/** An operator leaves out the external step that a task is at. */
export const skipsContract = (name: string, open: OpenWithBackdoor): void => {
  describe(`${name}: skips`, () => {
    const context = useFreshStore(open);

    const services: readonly StepService[] = ['carrier'];
    const withCarrier = (type: string) => withServices(pipelineFor(type), services);

    const command = (): OperatorCommand => ({
      actor: { id: 'op-1', email: 'mai@shop.example' },
      requestId: 'request-1',
      createId: context().fixture.newId,
    });
    const skip = (taskIds: readonly string[], changes: Partial<SkipRequest> = {}) => {
      const { fixture, store } = context();
      const request = { taskIds, reason: 'told by telephone', step: null, services, ...changes };
      return store.queue.skip(request, fixture.now(), command());
    };
    const activity = async (target: string) =>
      (
        await unwrap(
          context().store.activity.list({
            ...{ actor: null, action: 'task.skip', target, fromMs: null, toMs: null },
            ...{ after: null, limit: 10 },
          }),
        )
      ).items;

    test('A mail that failed is left out, and its task is done', async () => {
      const { fixture, store } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()]);
      const { taskId, order } = defined(lease);
      await fixture.report(defined(lease), { kind: 'failed', error: '550 no' });
      const before = await unwrap(store.queue.stats(fixture.now()));
      expect(await unwrap(skip([taskId, taskId, fixture.newId()]))).toBe(1);
      expect(await fixture.listTasks()).toEqual([]);
      const { status, history } = await fixture.findOrder(order.id);
      expect(status).toBe('completed');
      expect(history.at(-1)).toMatchObject({ state: 'skipped', detail: 'notify_customer' });
      expect((await fixture.historyStates(order.id)).slice(-2)).toEqual(['completed', 'skipped']);
      expect(await activity(order.id)).toMatchObject([
        { target: taskId, orderId: order.id, detail: 'notify_customer: told by telephone' },
      ]);
      const after = await unwrap(store.queue.stats(fixture.now()));
      expect(after.finishedPerSecond).toBeGreaterThan(before.finishedPerSecond);
      expect(await unwrap(skip([taskId]))).toBe(0);
      expect(await activity(order.id)).toHaveLength(1);
      await fixture.requestRefund(order.id, 1);
      expect((await fixture.historyStates(order.id)).at(-1)).toBe('refund_requested');
    });

    test('A group whose carrier was left out is completed without a shipment, and its mail is sent', async () => {
      const { fixture, backdoor } = context();
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct({ stock: 5 })));
      const [taskId] = await fixture.pay(orders);
      const [lease] = (await fixture.claimTasks(withCarrier('physical'))).leases;
      expect(defined(lease).step).toBe('request_shipment');
      await fixture.report(defined(lease), { kind: 'failed', error: 'no such address' });
      for (const { id } of orders) expect((await fixture.findOrder(id)).status).toBe('failed');
      expect(await backdoor.storedRequests()).toHaveLength(1);

      expect(await unwrap(skip([defined(taskId)]))).toBe(1);
      expect(await backdoor.storedRequests()).toEqual([]);
      for (const { id } of orders) {
        const { status, shipment } = await fixture.findOrder(id);
        expect({ status, shipment }).toEqual({ status: 'completed', shipment: null });
        expect((await fixture.historyStates(id)).slice(-5)).toEqual([
          ...['invoiced', 'failed', 'retried', 'skipped', 'completed'],
        ]);
      }
      expect(await fixture.findTask(defined(taskId))).toMatchObject({
        ...{ state: 'ready', step: 'notify_customer', attempts: 0, lastError: null, runAtMs: fixture.now() },
      });
      const [mail] = (await fixture.claimTasks(withCarrier('physical'))).leases;
      expect(mail).toMatchObject({ taskId: defined(taskId), step: 'notify_customer', alreadyDone: false });
      await fixture.report(defined(mail), done);
      for (const { id } of orders)
        expect((await fixture.historyStates(id)).slice(-2)).toEqual(['completed', 'customer_notified']);
    });

    test('A refund after a skipped carrier puts the units back, because they have not left the shop', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct({ stock: 5 });
      const order = await fixture.placeOrder(product, { quantity: 2 });
      const [taskId] = await fixture.pay([order]);
      await fixture.claimTasks(withCarrier('physical'));
      await unwrap(skip([defined(taskId)]));
      const refund = await fixture.requestRefund(order.id);
      await fixture.finishRefund(refund.id, refundSucceeded);
      expect((await unwrap(store.products.find(product.id)))?.stock).toBe(5);
    });

    test('A step that a worker is doing is taken from it, and the history says that it had begun', async () => {
      const { fixture, store } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()], withCarrier);
      const { taskId, order } = defined(lease);
      expect(await unwrap(skip([taskId]))).toBe(1);
      const { history } = await fixture.findOrder(order.id);
      expect(history.find(({ state }) => state === 'skipped')?.detail).toBe(
        'request_shipment, which had begun and may be done',
      );
      expect(await fixture.report(defined(lease), done)).toEqual([]);
      expect(await unwrap(store.queue.heartbeat([defined(lease)], fixture.now() + 9))).toEqual([]);
      await unwrap(store.queue.release([defined(lease)], fixture.now()));
      expect((await fixture.historyStates(order.id)).slice(-2)).toEqual(['skipped', 'completed']);
      const [next] = (await fixture.claimTasks(withCarrier('physical'))).leases;
      expect(defined(next).lease).toBeGreaterThan(defined(lease).lease + 1);
      expect(await fixture.report(defined(lease), done)).toEqual([]);
      expect(await fixture.report(defined(next), done)).toEqual([taskId]);
    });

    test('Of a skip and a report at once, one counts', async () => {
      const { fixture } = context();
      const leases = await fixture.payAndLease(Array(24).fill(await fixture.createProduct()), withCarrier);
      await fixture.openConnections();
      const both = await Promise.all(
        leases.map(async (lease, index) => {
          const atOnce = [
            () => unwrap(skip([lease.taskId], { step: lease.step })),
            () => fixture.report(lease, done),
          ];
          if (index % 2 === 0) atOnce.reverse();
          const results = await Promise.all(atOnce.map((act) => act()));
          return results.map((result) => (typeof result === 'number' ? result : result.length));
        }),
      );
      for (const counts of both) expect(counts.toSorted()).toEqual([0, 1]);
      for (const { order } of leases) {
        const states = await fixture.historyStates(order.id);
        expect(states.filter((state) => ['skipped', 'shipment_requested'].includes(state))).toHaveLength(1);
        expect(states.at(-1)).toBe('completed');
      }
    });

    test('A step of our own database is never left out, and then no named task is', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const [lease] = await fixture.payAndLease([product]);
      await fixture.report(defined(lease), { kind: 'failed', error: 'no' });
      const [invoice] = await fixture.pay([await fixture.placeOrder(product)]);
      const taskIds = [defined(lease).taskId, defined(invoice)];
      const refused = (await skip(taskIds))._unsafeUnwrapErr();
      const reason = 'it runs in our own database, and no order can go on without it';
      expect(refused).toEqual({
        kind: 'step_not_skippable',
        tasks: [{ taskId: defined(invoice), step: 'invoice', reason }],
      });
      expect(await fixture.findTask(defined(lease).taskId)).toMatchObject({ state: 'failed' });
      expect(await activity(defined(lease).order.id)).toEqual([]);
      // A carrier without a URL does nothing: the step is one of ours.
      const [shipment] = await fixture.payAndLease([product], withCarrier);
      expect((await skip([defined(shipment).taskId], { services: [] })).isErr()).toBe(true);
      expect(await unwrap(skip(taskIds, { step: 'notify_customer' }))).toBe(1);
    });

    test('A task that a refund has paused is left alone', async () => {
      const { fixture } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()], withCarrier);
      await fixture.requestRefund(defined(lease).order.id);
      expect(await unwrap(skip([defined(lease).taskId]))).toBe(0);
      expect(await fixture.findTask(defined(lease).taskId)).toMatchObject({ state: 'paused' });
    });

    test('Of a job, only the mail is left out', async () => {
      const { fixture } = context();
      const order = await fixture.placePaidOrder(await fixture.createProduct());
      const { id } = await fixture.requestRefund(order.id, 1);
      const [task] = await fixture.listTasks({ pipeline: 'refund' });
      const taskId = defined(task).id;
      expect((await skip([taskId]))._unsafeUnwrapErr()).toMatchObject({ kind: 'step_not_skippable' });
      const [job] = await fixture.claimJobs('refund');
      await fixture.finishRefund(id, refundSucceeded);
      await fixture.reportJob(defined(job), { kind: 'advanced', step: 'notify_customer' });
      expect(await unwrap(skip([taskId]))).toBe(1);
      expect(await fixture.listTasks({ pipeline: 'refund' })).toEqual([]);
      expect(await activity(taskId)).toMatchObject([{ orderId: null }]);
    });
  });
};
