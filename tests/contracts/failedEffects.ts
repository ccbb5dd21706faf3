import { describe, expect, test } from 'bun:test';
import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import { defined, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Effects that throw, and tasks at unknown steps. */
export const failedEffectsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: failed effects`, () => {
    const context = useFreshStore(open);

    test('An effect that throws stops its own task and no other task of the batch', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const [failing] = await fixture.payAndLease([product]);
      await unwrap(context().store.queue.release([defined(failing)], fixture.now()));
      const others = await fixture.payAlone(await fixture.placeOrders([product, product]));
      const before = await fixture.findOrder(defined(failing).order.id);

      const attemptCounts: number[] = [];
      const retryAtMs = (attempts: number) => {
        attemptCounts.push(attempts);
        return attempts < 3 ? fixture.now() : null;
      };
      const first = await fixture.claimTasks(unknownEffect, { retryAtMs });
      expect(first.leases.map(({ taskId }) => taskId).sort()).toEqual([...others].sort());
      expect(first.leases).toMatchObject(others.map(() => ({ step: 'pause', attempts: 0 })));
      expect(first.thrown).toMatchObject([
        { taskId: defined(failing).taskId, isLast: false, failsOrders: false, cause: expect.any(Error) },
      ]);
      for (const { order } of first.leases)
        expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'paid', 'invoiced']);

      const waiting = await fixture.findTask(defined(failing).taskId);
      expect(waiting).toMatchObject({ state: 'ready', step: 'notify_customer', attempts: 1 });
      expect(waiting.lastError).not.toBeEmpty();
      expect(await fixture.findOrder(defined(failing).order.id)).toEqual(before);

      await fixture.claimTasks(unknownEffect, { retryAtMs });
      expect(await fixture.findTask(defined(failing).taskId)).toMatchObject({ state: 'ready', attempts: 2 });
      await fixture.claimTasks(unknownEffect, { retryAtMs });
      const failed = await fixture.findTask(defined(failing).taskId);
      expect(failed).toMatchObject({ state: 'failed', step: 'notify_customer', attempts: 3 });
      expect(failed.lastError).not.toBeEmpty();
      expect(attemptCounts).toEqual([1, 2, 3]);
    });

    test('A pipeline that invoices twice finds the invoice that its checkout has', async () => {
      const { fixture } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      await fixture.pay([order]);
      await fixture.claimTasks(invoicedTwice);
      const { history, invoice } = await fixture.findOrder(order.id);
      expect(history.slice(-3)).toMatchObject([
        { state: 'invoiced', detail: defined(invoice).number },
        { state: 'invoiced_again', detail: defined(invoice).number },
        { state: 'completed' },
      ]);
    });

    test('An effect that throws for the last time makes the task and its orders failed', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const orders = await fixture.placeOrders([product, product]);
      const [taskId] = await fixture.pay(orders);
      const claimed = await fixture.claimTasks(unknownLastEffect, { retryAtMs: () => null });
      expect(claimed.thrown).toMatchObject([
        { taskId: defined(taskId), step: 'invoice', orders: 2, isLast: true, failsOrders: true },
      ]);
      const failed = await fixture.findTask(defined(taskId));
      expect(failed).toMatchObject({ state: 'failed', step: 'invoice', attempts: 1 });
      for (const { id } of orders) {
        const { status, history, invoice } = await fixture.findOrder(id);
        expect({ status, invoice }).toEqual({ status: 'failed', invoice: null });
        expect(history.at(-1)).toMatchObject({ state: 'failed', detail: defined(failed.lastError) });
        await fixture.historyStates(id);
      }
    });

    test('A task at an unknown step waits with an error and does not block other tasks', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct();
      const [oldTask] = await fixture.pay([await fixture.placeOrder(product)]);
      const [atMail] = (await fixture.claimTasks(withPause, { limit: 1 })).leases;
      await unwrap(store.queue.release([defined(atMail)], fixture.now()));
      expect(await fixture.findTask(defined(oldTask))).toMatchObject({ step: 'pause', state: 'ready' });
      world.advance(1);
      const [younger] = await fixture.pay([await fixture.placeOrder(product)]);

      expect((await fixture.claimTasks('physical', { limit: 1 })).leases).toEqual([]);
      const waiting = await fixture.findTask(defined(oldTask));
      expect(waiting).toMatchObject({ state: 'waiting', step: 'pause', attempts: 1 });
      expect(waiting.lastError).toContain('pause');
      expect((await fixture.claimTasks('physical', { limit: 1 })).leases).toMatchObject([
        { taskId: defined(younger) },
      ]);
    });

    test('An effect that throws rolls back the earlier steps of its task', async () => {
      const { fixture, world } = context();
      const product = await fixture.createProduct();
      const [order] = await fixture.placeOrders([product]);
      const [taskId] = await fixture.pay([defined(order)]);
      const before = await fixture.findOrder(defined(order).id);
      await fixture.claimTasks(unknownLastEffect, { retryAtMs: () => fixture.now() + 500 });
      expect(await fixture.findOrder(defined(order).id)).toEqual(before);
      expect(await fixture.findTask(defined(taskId))).toMatchObject({
        state: 'waiting',
        step: 'invoice',
        attempts: 1,
        runAtMs: fixture.now() + 500,
      });

      world.advance(500);
      expect((await fixture.claimTasks('physical')).leases).toMatchObject([
        { taskId: defined(taskId), attempts: 0 },
      ]);
      expect(await fixture.findTask(defined(taskId))).toMatchObject({ attempts: 0, lastError: null });
      expect((await fixture.findOrder(defined(order).id)).invoice?.number).toEndWith('-000001');
    });
  });
};

/** An older release, with a step that does not exist any more. */
const withPause: Pipeline = {
  name: 'physical',
  steps: [
    { name: 'invoice', historyState: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    { name: 'pause', historyState: 'paused', kind: 'external', service: 'notify_customer' },
  ],
};

const invoicedTwice: Pipeline = {
  name: 'physical',
  steps: [
    { name: 'invoice', historyState: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    { name: 'invoice_again', historyState: 'invoiced_again', kind: 'tx', effect: 'issue_invoice' },
  ],
};

/** Pipelines with an effect that no adapter has, so that it throws. JSON.parse avoids the compile error. */
const unknownEffect: Pipeline = JSON.parse(`{
  "name": "physical",
  "steps": [
    { "name": "invoice", "historyState": "invoiced", "kind": "tx", "effect": "issue_invoice" },
    { "name": "pause", "historyState": "paused", "kind": "external", "service": "notify_customer" },
    { "name": "notify_customer", "historyState": "unknown", "kind": "tx", "effect": "unknown" }
  ]
}`);

const unknownLastEffect: Pipeline = JSON.parse(`{
  "name": "physical",
  "steps": [
    { "name": "invoice", "historyState": "invoiced", "kind": "tx", "effect": "issue_invoice" },
    { "name": "unknown", "historyState": "unknown", "kind": "tx", "effect": "unknown" }
  ]
}`);
