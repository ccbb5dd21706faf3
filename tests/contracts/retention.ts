import { describe, expect, test } from 'bun:test';
import type { OperatorCommand } from '../../core/activity.ts';
import type { CheckoutRequest } from '../../core/audit.ts';
import { providerEventPipeline } from '../../core/pipelines/providerEvent.ts';
import type { ChargeOutcome } from '../../core/provider.ts';
import type { RetentionKind } from '../../core/retention.ts';
import type { CreateServiceKey } from '../../core/serviceKey.ts';
import { declined, defined, requiresAction, succeeded, unknownOutcome, unwrap } from './fixture.ts';
import { type OpenWithBackdoor, useFreshStore } from './testContext.ts';

const cancelled = { kind: 'cancelled' } as const;

/** What is old goes, in slices, and what the books and the keys need stays. */
export const retentionContract = (name: string, open: OpenWithBackdoor): void => {
  describe(`${name}: retention`, () => {
    const context = useFreshStore(open);

    /** Deletes what is older than `keptMs`. Returns how many rows went. */
    const drop = async (kind: RetentionKind, keptMs: number, limit = 10): Promise<number> => {
      const { fixture, store } = context();
      return (await unwrap(store.dropOld({ kind, beforeMs: fixture.now() - keptMs, limit }))).rows;
    };

    const checkOut = async (outcome: ChargeOutcome): Promise<CheckoutRequest> => {
      const { fixture } = context();
      const request = fixture.checkoutRequest([await fixture.placeOrder(await fixture.createProduct())]);
      await fixture.recordOutcome(await fixture.claimCheckout(request), outcome);
      return request;
    };
    /** The same request once more, as a customer sends it. */
    const repeat = async (request: CheckoutRequest) => {
      const { fixture } = context();
      const again = await fixture.tryClaimCheckout({ ...request, checkoutId: fixture.newId() });
      return again._unsafeUnwrapErr();
    };

    test('A key whose response was dropped stays spent, whatever the outcome was, and its checkout stays', async () => {
      const { fixture, store, world } = context();
      const requests = [];
      for (const outcome of [succeeded, declined, cancelled]) requests.push(await checkOut(outcome));
      world.advance(10_000);
      expect(await drop('responses', 10_001)).toBe(0);
      for (const request of requests) expect((await repeat(request)).kind).toBe('already_answered');
      expect(await drop('responses', 9_000)).toBe(3);
      for (const request of requests) {
        const { checkoutId } = request;
        expect(await repeat(request)).toEqual({ kind: 'response_dropped', checkoutId });
        expect(await repeat({ ...request, method: 'pm_other' })).toEqual({ kind: 'idempotency_key_reused' });
        expect(await unwrap(store.audits.find(checkoutId))).toMatchObject({ id: checkoutId });
        const [orderId] = request.orderIds;
        expect((await fixture.findOrder(defined(orderId))).payment).not.toBeNull();
      }
    });

    test('A checkout that was given up after its challenge is not charged again under its old key', async () => {
      const { fixture, world } = context();
      const request = fixture.checkoutRequest([await fixture.placeOrder(await fixture.createProduct())]);
      const claim = await fixture.claimCheckout(request);
      await fixture.recordOutcome(claim, requiresAction);
      await fixture.recordOutcome(claim, cancelled);
      world.advance(10_000);
      expect(await drop('responses', 9_000)).toBe(1);
      expect((await repeat(request)).kind).toBe('response_dropped');
    });

    test('The response of an open payment stays, and so does a key that never had one', async () => {
      const { fixture, world } = context();
      const [waiting, unknown] = [await checkOut(requiresAction), await checkOut(unknownOutcome)];
      const released = await checkOut({ kind: 'unavailable', reason: 'down' });
      world.advance(10_000);
      expect(await drop('responses', 9_000)).toBe(0);
      for (const request of [waiting, unknown]) expect((await repeat(request)).kind).toBe('already_answered');
      const retried = await fixture.tryClaimCheckout({ ...released, checkoutId: fixture.newId() });
      expect(retried._unsafeUnwrap()).toMatchObject({ checkoutId: released.checkoutId, attempt: 2 });
    });

    test('An outcome that comes after the response was dropped changes nothing', async () => {
      const { fixture, world } = context();
      const request = fixture.checkoutRequest([await fixture.placeOrder(await fixture.createProduct())]);
      const claim = await fixture.claimCheckout(request);
      await fixture.recordOutcome(claim, succeeded);
      world.advance(10_000);
      await drop('responses', 9_000);
      expect(await fixture.recordOutcome(claim, declined)).toEqual({
        ...{ applied: false, paymentStatus: 'succeeded', response: null },
      });
      expect((await repeat(request)).kind).toBe('response_dropped');
    });

    test('Responses go in slices, each of which goes on where the one before ended', async () => {
      const { backdoor, fixture, store, world } = context();
      for (const outcome of [succeeded, requiresAction, succeeded, succeeded, succeeded])
        await checkOut(outcome);
      world.advance(10_000);
      await checkOut(succeeded);
      const before = await sizeOfResponses(backdoor);
      const slice = () =>
        unwrap(store.dropOld({ kind: 'responses', beforeMs: fixture.now() - 9_000, limit: 2 }));
      expect(await slice()).toEqual({ rows: 1, isMore: true });
      expect(await slice()).toEqual({ rows: 2, isMore: true });
      expect(await slice()).toEqual({ rows: 1, isMore: false });
      expect(await slice()).toEqual({ rows: 0, isMore: false });
      expect(await sizeOfResponses(backdoor)).toBe(before - 4);
    });

    test('A refund is requested once under its key, however much was dropped', async () => {
      const { fixture, store, world } = context();
      const { id } = await fixture.placePaidOrder(await fixture.createProduct());
      const command = fixture.refundCommand(id);
      const first = await unwrap(store.refunds.request(command, fixture.now()));
      world.advance(10_000);
      for (const kind of ['responses', 'ledger', 'activity'] as const) await drop(kind, 9_000);
      const repeated = { ...command, refundId: fixture.newId(), taskId: fixture.newId() };
      const again = await unwrap(store.refunds.request(repeated, fixture.now()));
      expect(again).toMatchObject({ replayed: true, refund: { id: first.refund.id } });
    });

    test('The step ledger of tasks that are done goes, and that of others stays', async () => {
      const { backdoor, fixture, world } = context();
      const leases = await fixture.payAndLease(Array(3).fill(await fixture.createProduct()));
      const [unfinished, ...done] = leases;
      for (const lease of done) await fixture.report(lease, { kind: 'done', detail: null });
      const entries = async () => (await backdoor.allTexts()).filter((row) => /^step_?ledger: /i.test(row));
      const before = (await entries()).length;
      world.advance(10_000);
      expect(await drop('ledger', 10_001)).toBe(0);
      expect(await drop('ledger', 9_000, 1)).toBe(1);
      expect(await drop('ledger', 9_000)).toBe(1);
      expect(await drop('ledger', 9_000)).toBe(0);
      expect((await entries()).length).toBe(before / 3);
      expect(await fixture.report(defined(unfinished), { kind: 'done', detail: null })).toHaveLength(1);
      expect(await drop('ledger', 9_000)).toBe(1);
      expect(await entries()).toEqual([]);
    });

    test('Captured mails go, the oldest first', async () => {
      const { store, world } = context();
      const send = (messageId: string) =>
        store.mailbox.send({
          ...{ messageId, checkoutId: null, orderIds: [], to: 'lan@example.com' },
          ...{ subject: 's', text: 't', html: 'h', attachments: [] },
        });
      for (const messageId of ['<1@a>', '<2@a>', '<3@a>']) {
        await send(messageId);
        world.advance(1_000);
      }
      const left = async () =>
        (await unwrap(store.mailbox.list({ to: null, after: null, limit: 10 }))).items.map(
          (mail) => mail.messageId,
        );
      expect(await drop('mails', 10_000)).toBe(0);
      expect(await drop('mails', 1_500, 1)).toBe(1);
      expect(await left()).toEqual(['<3@a>', '<2@a>']);
      expect(await drop('mails', 1_500)).toBe(1);
      expect(await left()).toEqual(['<3@a>']);
    });

    test('Events of the provider go when they are handled', async () => {
      const { fixture, store, world } = context();
      const receive = (items: Parameters<typeof store.inbox.receive>[0]) =>
        unwrap(store.inbox.receive(items, fixture.now()));
      const [handled, unhandled] = [fixture.inboxItem(), fixture.inboxItem()];
      await receive([handled]);
      await fixture.reportJob(defined((await fixture.claimJobs(providerEventPipeline))[0]), { kind: 'done' });
      await receive([unhandled, { ...fixture.inboxItem(), taskId: null }]);
      world.advance(10_000);
      const recent = fixture.inboxItem();
      await receive([recent]);
      expect(await drop('providerEvents', 10_001)).toBe(0);
      expect(await drop('providerEvents', 9_000, 1)).toBe(1);
      expect(await drop('providerEvents', 9_000)).toBe(1);
      expect(await drop('providerEvents', 9_000)).toBe(0);
      const found = await Promise.all(
        [handled, unhandled, recent].map(({ id }) => unwrap(store.inbox.find(id))),
      );
      expect(found.map((event) => event !== null)).toEqual([false, true, true]);
    });

    test('Activity goes, but not that of commands that moved money, erased a customer, or made or ended a key', async () => {
      const { fixture, store, world } = context();
      const command: OperatorCommand = {
        ...{ actor: { id: 'op-1', email: 'mai@shop.example' }, requestId: 'r-1', createId: fixture.newId },
      };
      const actions = async () =>
        (
          await unwrap(
            store.activity.list({
              ...{ actor: null, action: null, target: null, fromMs: null, toMs: null },
              ...{ after: null, limit: 100 },
            }),
          )
        ).items.map(({ action }) => action);
      const upsert = () =>
        unwrap(store.products.upsert([fixture.productDraft()], fixture.now(), 'replace', command));
      await upsert();
      const paid = await fixture.placePaidOrder(await fixture.createProduct());
      await unwrap(store.refunds.request(fixture.refundCommand(paid.id, { command }), fixture.now()));
      await upsert();
      await unwrap(
        store.customers.eraseSlice({ customerId: 'lan', after: null, limit: 1 }, fixture.now(), command),
      );
      const key: CreateServiceKey = {
        id: fixture.newId(),
        name: 'Refunds',
        permissions: ['refunds:write'],
        hash: 'hash',
        createdBy: { id: 'op-1', email: 'mai@shop.example' },
        expiresAtMs: fixture.now() + 60_000,
        command,
      };
      await unwrap(store.serviceKeys.create(key, fixture.now()));
      await unwrap(store.serviceKeys.end(key.id, fixture.now(), command));
      world.advance(10_000);
      await upsert();
      expect(await drop('activity', 10_001)).toBe(0);
      expect(await drop('activity', 9_000, 2)).toBe(1);
      expect(await drop('activity', 9_000, 2)).toBe(1);
      expect(await drop('activity', 9_000, 2)).toBe(0);
      expect(await drop('activity', 9_000, 2)).toBe(0);
      const kept = ['key.end', 'key.create', 'customer.erase', 'refund.request'] as const;
      expect(await actions()).toEqual(['product.upsert', ...kept]);
    });
  });
};

/** How many whole responses there are. */
const sizeOfResponses = async ({ allTexts }: { allTexts(): Promise<readonly string[]> }): Promise<number> =>
  (await allTexts()).filter((row) => row.includes('request-1')).length;
