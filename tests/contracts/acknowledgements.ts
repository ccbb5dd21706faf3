import { describe, expect, test } from 'bun:test';
import type { Actor } from '../../core/actor.ts';
import type { MoneyCheck } from '../../core/ledger.ts';
import { defined, refundFailed, unknownOutcome, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const hourMs = 3_600_000;
const actor = { id: 'ops', email: 'ops@example.com' };
const other = { id: 'eve', email: 'eve@example.com' };

/** Cases of money checks that an operator has dealt with. */
export const acknowledgementsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: acknowledgements`, () => {
    const context = useFreshStore(open);

    const casesOf = async (check: MoneyCheck) => {
      const { fixture, store } = context();
      return (await unwrap(store.ledger.cases({ check, nowMs: fixture.now(), after: null, limit: 100 })))
        .items;
    };
    const countOf = async (check: MoneyCheck) =>
      (await unwrap(context().store.ledger.counts(context().fixture.now())))[check];
    const acknowledge = (check: MoneyCheck, caseId: string, note = 'done', by: Actor = actor) =>
      context().store.ledger.acknowledge({ check, caseId, note, actor: by }, context().fixture.now());

    /** Two payments whose outcome has been unknown for too long. */
    const placeUnknown = async () => {
      const { fixture, world } = context();
      const product = await fixture.createProduct();
      const ids: string[] = [];
      for (let index = 0; index < 2; index++) {
        const claim = await fixture.claimCheckout(
          fixture.checkoutRequest([await fixture.placeOrder(product)]),
        );
        await fixture.recordOutcome(claim, unknownOutcome);
        ids.push(claim.checkoutId);
        world.advance(1_000);
      }
      world.advance(hourMs);
      return ids as [string, string];
    };

    test('An acknowledged case is listed with its note and no longer counted', async () => {
      const { fixture } = context();
      const [first, second] = await placeUnknown();
      const before = await casesOf('unknown');
      expect(await countOf('unknown')).toEqual({ count: 2, oldestMs: defined(before[0]).sinceMs });
      const acknowledged = await unwrap(acknowledge('unknown', first));
      const acknowledgement = { note: 'done', actor, atMs: fixture.now() };
      expect(acknowledged).toEqual({ ...defined(before[0]), acknowledgement });
      expect(await casesOf('unknown')).toEqual([acknowledged, defined(before[1])]);
      expect(await countOf('unknown')).toEqual({ count: 1, oldestMs: defined(before[1]).sinceMs });
      await unwrap(acknowledge('unknown', second));
      expect(await countOf('unknown')).toEqual({ count: 0, oldestMs: null });
      expect(await casesOf('unknown')).toHaveLength(2);
    });

    test('A case is acknowledged once for each key, and a refused command uses up no key', async () => {
      const { fixture, store } = context();
      const commandKey = { callerId: 'ops', route: 'r', key: fixture.newId(), fingerprint: 'one' };
      const once = (caseId: string, note: string) => {
        const command = { check: 'unknown' as const, caseId, note, actor, commandKey };
        return store.ledger.acknowledgeOnce(command, fixture.now());
      };
      expect((await once(fixture.newId(), 'lost'))._unsafeUnwrapErr()).toEqual({ kind: 'not_found' });
      const [id] = await placeUnknown();
      const first = await unwrap(once(id, 'first'));
      expect(first).toMatchObject({ value: { id, acknowledgement: { note: 'first' } }, replayed: false });
      await unwrap(acknowledge('unknown', id, 'second'));
      expect(await unwrap(once(id, 'first'))).toEqual({ ...first, replayed: true });
      const [listed] = await casesOf('unknown');
      expect(listed?.acknowledgement?.note).toBe('second');
    });

    test('The same note again changes nothing, and another note replaces it', async () => {
      const { fixture, world } = context();
      const [id] = await placeUnknown();
      const first = await unwrap(acknowledge('unknown', id));
      world.advance(1_000);
      expect(await unwrap(acknowledge('unknown', id, 'done', other))).toEqual(first);
      const replaced = { ...first, acknowledgement: { note: 'no', actor: other, atMs: fixture.now() } };
      expect(await unwrap(acknowledge('unknown', id, 'no', other))).toEqual(replaced);
      expect((await casesOf('unknown'))[0]).toEqual(replaced);
    });

    test('The note of a service key has the name of the key, and a person can replace it', async () => {
      const [id] = await placeUnknown();
      const key = { id: context().fixture.newId(), name: 'nightly report' };
      expect(await unwrap(acknowledge('unknown', id, 'done', key))).toMatchObject({
        acknowledgement: { actor: key },
      });
      expect((await casesOf('unknown'))[0]?.acknowledgement?.actor).toEqual(key);
      await unwrap(acknowledge('unknown', id, 'no', other));
      expect((await casesOf('unknown'))[0]?.acknowledgement?.actor).toEqual(other);
    });

    test('A case that the check does not have cannot be acknowledged', async () => {
      const { fixture } = context();
      const [id] = await placeUnknown();
      const failure = { kind: 'not_found' } as const;
      expect((await acknowledge('unknown', fixture.newId()))._unsafeUnwrapErr()).toEqual(failure);
      expect((await acknowledge('refunds_stuck', id))._unsafeUnwrapErr()).toEqual(failure);
      expect(await countOf('unknown')).toMatchObject({ count: 2 });
    });

    test('An order that fails again after its case was acknowledged is an open case again', async () => {
      const { fixture, store, world } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()], withRemoteStep);
      const { taskId, order } = defined(lease);
      await fixture.report(defined(lease), { kind: 'failed', error: 'no such mailbox' });
      await unwrap(acknowledge('paid_without_progress', order.id));
      expect(await countOf('paid_without_progress')).toMatchObject({ count: 0 });
      world.advance(1_000);
      await unwrap(store.queue.retry([taskId], fixture.now()));
      const [again] = (await fixture.claimTasks(withRemoteStep('physical'))).leases;
      world.advance(1_000);
      await fixture.report(defined(again), { kind: 'failed', error: 'no such mailbox' });
      expect(await casesOf('paid_without_progress')).toMatchObject([{ id: order.id, acknowledgement: null }]);
      expect(await countOf('paid_without_progress')).toMatchObject({ count: 1 });
      // The same note now means the new case.
      await unwrap(acknowledge('paid_without_progress', order.id));
      expect(await countOf('paid_without_progress')).toMatchObject({ count: 0 });
    });

    test('A failed refund is acknowledged by its own id', async () => {
      const { fixture } = context();
      const order = await fixture.placePaidOrder(await fixture.createProduct());
      const refund = await fixture.requestRefund(order.id, 1);
      await fixture.finishRefund(refund.id, refundFailed);
      await unwrap(acknowledge('refunds_stuck', refund.id));
      expect(await countOf('refunds_stuck')).toEqual({ count: 0, oldestMs: null });
    });

    test('A difference stays acknowledged when its day is reconciled again, and others are open', async () => {
      const { fixture, store } = context();
      const reconcile = async (providerIds: readonly string[]) => {
        const ids = { id: fixture.newId(), taskId: fixture.newId() };
        const day = {
          day: '2026-02-28',
          dayMs: fixture.now() - 32 * hourMs,
          endMs: fixture.now() - 8 * hourMs,
        };
        await unwrap(store.ledger.requestReconciliation({ ...ids, ...day }, fixture.now()));
        const storedDifferences = providerIds.map((providerId) => ({
          ...({
            id: fixture.newId(),
            kind: 'charge_unknown',
            providerId,
            paymentId: null,
            refundId: null,
          } as const),
          ...{
            chargeReference: null,
            ours: null,
            theirs: { amount: 5, currency: 'VND' },
            atMs: fixture.now() - 9 * hourMs,
          },
        }));
        const numbers = { charges: 1, refunds: 0, differences: storedDifferences.length };
        await unwrap(
          store.ledger.finishReconciliation(ids.id, { ...numbers, storedDifferences }, fixture.now()),
        );
      };
      await reconcile(['ch_1']);
      await unwrap(acknowledge('ledger_differences', defined((await casesOf('ledger_differences'))[0]).id));
      expect(await countOf('ledger_differences')).toMatchObject({ count: 0 });
      await reconcile(['ch_1', 'ch_2']);
      expect(await casesOf('ledger_differences')).toMatchObject([
        { detail: 'charge_unknown: ch_1', acknowledgement: { note: 'done' } },
        { detail: 'charge_unknown: ch_2', acknowledgement: null },
      ]);
      expect(await countOf('ledger_differences')).toMatchObject({ count: 1 });
    });
  });
};
