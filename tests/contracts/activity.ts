import { describe, expect, test } from 'bun:test';
import type { Activity, ActivityQuery, OperatorCommand } from '../../core/activity.ts';
import { defined, listAll, refundFailed, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const mai = { id: 'op-1', email: 'mai@shop.example' };
const importer = { id: 'key-1', name: 'importer' };
const everything: ActivityQuery = {
  ...{ actor: null, action: null, target: null },
  ...{ fromMs: null, toMs: null, after: null, limit: 100 },
};

/** What operators did: each command writes its activity in its own transaction. */
export const activityContract = (name: string, open: OpenStore): void => {
  describe(`${name}: activity`, () => {
    const context = useFreshStore(open);

    const by = (actor: OperatorCommand['actor'] = mai, requestId = 'request-1'): OperatorCommand => ({
      actor,
      requestId,
      createId: context().fixture.newId,
    });
    const list = async (query: Partial<ActivityQuery> = {}): Promise<readonly Activity[]> =>
      (await unwrap(context().store.activity.list({ ...everything, ...query }))).items;
    /** Without the id, which each row gets anew. */
    const rows = async (query: Partial<ActivityQuery> = {}) =>
      (await list(query)).map(({ id: _, ...row }) => row);

    test('An upsert names each product that it wrote and what was sent about it', async () => {
      const { fixture, store } = context();
      const drafts = [fixture.productDraft({ stock: 3 }), fixture.productDraft()];
      const [first, second] = await fixture.createProducts(drafts);
      expect(await list()).toEqual([]);
      const sent = drafts.map((draft) => ({ ...draft, price: { amount: 5, currency: 'VND' } }));
      await unwrap(store.products.upsert(sent, fixture.now(), 'replace', by()));
      expect((await rows()).toSorted((one, other) => (one.target < other.target ? -1 : 1))).toEqual(
        [defined(first), defined(second)].map(({ id }, index) => ({
          ...{ actor: mai, action: 'product.upsert', target: id, orderId: null },
          ...{ detail: JSON.stringify(sent[index]), requestId: 'request-1', atMs: fixture.now() },
        })),
      );
      await unwrap(store.products.upsert(sent, fixture.now(), 'keep', by()));
      expect(await list()).toHaveLength(2);
    });

    test('An upsert of a new product names its new id', async () => {
      const { fixture, store } = context();
      const draft = fixture.productDraft();
      await unwrap(store.products.upsert([draft], fixture.now(), 'replace', by()));
      const [product] = await fixture.createProducts([draft]);
      expect(await rows()).toMatchObject([{ action: 'product.upsert', target: defined(product).id }]);
    });

    test('A refused change of a product leaves no activity, and an accepted one does', async () => {
      const { fixture, store } = context();
      const { id } = await fixture.createProduct({ stock: 1 });
      const change = (units: number) =>
        store.products.change(id, { stock: { add: units } }, fixture.now(), by(importer, 'r-2'));
      expect((await change(-2))._unsafeUnwrapErr()).toEqual({ kind: 'stock_changed', stock: 1 });
      const draft = fixture.productDraft({ stock: undefined });
      expect(
        (await store.products.upsert([draft], fixture.now(), 'replace', by()))._unsafeUnwrapErr(),
      ).toMatchObject({ kind: 'stock_missing' });
      expect(await list()).toEqual([]);
      await unwrap(change(2));
      expect(await rows()).toEqual([
        {
          ...{ actor: importer, action: 'product.change', target: id, orderId: null },
          ...{ detail: '{"stock":{"add":2}}', requestId: 'r-2', atMs: fixture.now() },
        },
      ]);
    });

    test('A refund is written once for each key, with its order and reason', async () => {
      const { fixture, store } = context();
      const order = await fixture.placePaidOrder(await fixture.createProduct());
      const refund = fixture.refundCommand(order.id, { reason: 'torn', command: by() });
      await unwrap(store.refunds.request(refund, fixture.now()));
      await unwrap(store.refunds.request({ ...refund, command: by(mai, 'again') }, fixture.now()));
      const refused = fixture.refundCommand(order.id, { command: by() });
      expect((await store.refunds.request(refused, fixture.now())).isErr()).toBe(true);
      expect(await rows()).toEqual([
        {
          ...{ actor: mai, action: 'refund.request', target: refund.refundId, orderId: order.id },
          ...{ detail: 'torn', requestId: 'request-1', atMs: fixture.now() },
        },
      ]);
    });

    test('A retry names each task that it made ready, and its order', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const leases = await fixture.payAndLease([product, product]);
      for (const lease of leases) await fixture.report(lease, { kind: 'failed', error: 'no such mailbox' });
      const ids = [...leases.map(({ taskId }) => taskId), fixture.newId()];
      expect(await unwrap(store.queue.retry(ids, fixture.now(), by()))).toBe(2);
      const retried = await rows();
      expect(new Set(retried.map(({ target, orderId }) => `${target} ${orderId}`))).toEqual(
        new Set(leases.map(({ taskId, order }) => `${taskId} ${order.id}`)),
      );
      expect(retried).toMatchObject(
        leases.map(() => ({ actor: mai, action: 'task.retry', detail: 'notify_customer' })),
      );
      expect(await unwrap(store.queue.retry(ids, fixture.now(), by()))).toBe(0);
      expect(await list()).toHaveLength(2);
    });

    test('An acknowledgement and a reconciliation are written, and a repeated key writes no second one', async () => {
      const { fixture, store } = context();
      const order = await fixture.placePaidOrder(await fixture.createProduct());
      const refund = await fixture.requestRefund(order.id, 1);
      await fixture.finishRefund(refund.id, refundFailed);
      const acknowledgement = { check: 'refunds_stuck', caseId: refund.id, note: 'paid by hand' } as const;
      const key = (route: string) => ({ callerId: mai.id, route, key: fixture.newId(), fingerprint: 'f' });
      const keyed = { ...acknowledgement, actor: mai, command: by(), commandKey: key('a') };
      for (let time = 0; time < 2; time++) await unwrap(store.ledger.acknowledgeOnce(keyed, fixture.now()));
      const missing = { ...acknowledgement, caseId: fixture.newId(), actor: mai, command: by() };
      expect((await store.ledger.acknowledge(missing, fixture.now())).isErr()).toBe(true);
      const day = { day: '2026-02-27', dayMs: 1, endMs: 2, command: by() };
      const request = { ...day, id: fixture.newId(), taskId: fixture.newId(), commandKey: key('r') };
      const requested = await unwrap(store.ledger.requestReconciliationOnce(request, fixture.now()));
      await unwrap(store.ledger.requestReconciliationOnce(request, fixture.now()));
      expect(requested.value).not.toHaveProperty('command');
      const common = { actor: mai, requestId: 'request-1', atMs: fixture.now() };
      expect(await rows()).toEqual([
        {
          ...{ ...common, action: 'reconciliation.request', target: request.id, orderId: null },
          detail: '2026-02-27',
        },
        {
          ...{ ...common, action: 'case.acknowledge', target: refund.id, orderId: order.id },
          detail: 'refunds_stuck: paid by hand',
        },
      ]);
    });

    test('The refund of a charge without a payment is written by the request that made it', async () => {
      const { fixture, store } = context();
      const charge = () => ({
        ...{ refundId: fixture.newId(), taskId: fixture.newId(), reference: 'ch_9' },
        ...{ amount: { amount: 5, currency: 'VND' }, reason: 'not ours' },
      });
      const first = await unwrap(
        store.refunds.refundUnknownCharge({ ...charge(), command: by() }, fixture.now()),
      );
      await unwrap(store.refunds.refundUnknownCharge({ ...charge(), command: by() }, fixture.now()));
      expect(await rows()).toMatchObject([{ action: 'case.refund', target: first.id, detail: 'not ours' }]);
    });

    test('A retry of a group is written for each of its orders', async () => {
      const { fixture, store } = context();
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
      await fixture.pay(orders);
      const lease = defined((await fixture.claimTasks(withRemoteStep('physical'))).leases[0]);
      await fixture.report(lease, { kind: 'failed', error: 'refused' });
      expect(await unwrap(store.queue.retry([lease.taskId], fixture.now(), by()))).toBe(1);
      const written = await rows();
      expect(written.map(({ orderId }) => orderId).toSorted()).toEqual(orders.map(({ id }) => id).toSorted());
      for (const row of written)
        expect(row).toMatchObject({ action: 'task.retry', target: lease.taskId, detail: lease.step });
    });

    test('A command whose activity cannot be written changes nothing', async () => {
      const { fixture, store } = context();
      const { ledger, products, queue, refunds } = store;
      const product = await fixture.createProduct({ stock: 9 });
      const [lease, other] = (await fixture.payAndLease([product, product], withRemoteStep)).map(defined);
      const failed = defined(lease);
      await fixture.report(failed, { kind: 'failed', error: 'no such mailbox' });
      const command = by();
      await unwrap(products.change(product.id, { name: 'Áo' }, fixture.now(), command));
      const [taken] = await list();
      // Two rows cannot have one id, so the activity of each command below fails.
      const failing = { ...command, createId: () => defined(taken).id };

      const draft = fixture.productDraft();
      const refund = fixture.refundCommand(defined(other).order.id, { command: failing });
      const unknownCharge = {
        ...{ refundId: fixture.newId(), taskId: fixture.newId(), reference: 'ch_9', reason: 'r' },
        ...{ amount: { amount: 5, currency: 'VND' }, command: failing },
      };
      const acknowledgement = {
        check: 'paid_without_progress' as const,
        ...{ caseId: failed.order.id, note: 'n', actor: mai, command: failing },
      };
      const day = { id: fixture.newId(), taskId: fixture.newId(), day: '2026-02-27', dayMs: 1, endMs: 2 };
      const nowMs = fixture.now();
      const commands: readonly (() => Promise<{ isErr(): boolean }>)[] = [
        () => products.upsert([draft], nowMs, 'replace', failing),
        () => products.change(product.id, { stock: { add: 1 } }, nowMs, failing),
        () => refunds.request(refund, nowMs),
        () => refunds.refundUnknownCharge(unknownCharge, nowMs),
        () => queue.retry([failed.taskId], nowMs, failing),
        () => ledger.acknowledge(acknowledgement, nowMs),
        () => ledger.requestReconciliation({ ...day, command: failing }, nowMs),
      ];
      // It is a bug, so some stores throw.
      const fails = (run: (typeof commands)[number]) =>
        run().then(
          (result) => result.isErr(),
          () => true,
        );
      for (const run of commands) expect(await fails(run)).toBe(true);

      const listed = await products.list({ search: null, type: null, after: null, limit: 100 });
      expect(listed._unsafeUnwrap().items.map(({ code, stock }) => [code, stock])).toEqual([
        [product.code, 7],
      ]);
      for (const id of [refund.refundId, unknownCharge.refundId])
        expect(await unwrap(refunds.find(id))).toBeNull();
      expect((await fixture.findTask(failed.taskId)).state).toBe('failed');
      const { caseId, check } = acknowledgement;
      expect(await unwrap(ledger.findCase({ check, caseId }, nowMs))).toMatchObject({
        acknowledgement: null,
      });
      expect(await unwrap(ledger.findReconciliation(day.id))).toBeNull();
      expect(await list()).toEqual([defined(taken)]);
    });

    test('Rows are found by actor, action, target, order and time, newest first and page by page', async () => {
      const { fixture, store, world } = context();
      const order = await fixture.placePaidOrder(await fixture.createProduct());
      const { id } = await fixture.createProduct();
      const change = (actor: OperatorCommand['actor']) =>
        unwrap(store.products.change(id, { name: 'Áo' }, fixture.now(), by(actor)));
      world.advance(1_000);
      const fromMs = fixture.now();
      await change(mai);
      world.advance(1_000);
      await change(importer);
      world.advance(1_000);
      const refund = fixture.refundCommand(order.id, { command: by(importer) });
      await unwrap(store.refunds.request(refund, fixture.now()));

      const all = await list();
      const [requested, byKey, byMai] = all;
      expect(all.map(({ action }) => action)).toEqual(['refund.request', 'product.change', 'product.change']);
      expect(
        await listAll((after: string | null) => store.activity.list({ ...everything, after, limit: 1 })),
      ).toEqual(all);
      const expected: readonly (readonly [Partial<ActivityQuery>, readonly (Activity | undefined)[]])[] = [
        [{ actor: mai.id }, [byMai]],
        [{ actor: mai.email }, [byMai]],
        [{ actor: importer.id }, [requested, byKey]],
        [{ actor: importer.name }, [requested, byKey]],
        [{ actor: 'nobody' }, []],
        [{ action: 'product.change' }, [byKey, byMai]],
        [{ action: 'refund.request', actor: mai.id }, []],
        [{ target: id }, [byKey, byMai]],
        [{ target: refund.refundId }, [requested]],
        [{ target: order.id }, [requested]],
        [{ target: 'not a UUID' }, []],
        [{ fromMs: fromMs + 1_000 }, [requested, byKey]],
        [{ toMs: fromMs + 1_000 }, [byMai]],
        [{ fromMs: fromMs + 1_000, toMs: fromMs + 2_000, target: id, actor: importer.id }, [byKey]],
      ];
      for (const [query, found] of expected) expect(await list(query)).toEqual(found.map(defined));
    });
  });
};
