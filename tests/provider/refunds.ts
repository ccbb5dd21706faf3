import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  chargeRequest,
  ledgerOf,
  type OpenHarness,
  type ProviderHarness,
  range,
  refundAtProvider,
} from './harness.ts';

/** The contract of the refunds of every payment provider. */
export const refundSuite = (name: string, open: OpenHarness): void => {
  describe(`${name}: refunds`, () => {
    let harness: ProviderHarness;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ harness, close } = await open());
    });
    afterEach(() => close());
    const charge = async (method = 'pm_card_visa', paymentId = 'a'): Promise<string> => {
      const outcome = await harness.provider.charge(chargeRequest(paymentId, method, 1_000));
      if (outcome.kind !== 'succeeded') throw new Error(`the charge is ${outcome.kind}`);
      return outcome.reference;
    };
    const refund = (refundId: string, reference: string, amount: number) =>
      harness.provider.refund({ refundId, reference, amount: { amount, currency: 'VND' } });
    const refunded = async () =>
      (await ledgerOf(harness))
        .filter(({ kind }) => kind === 'refund')
        .reduce((sum, { amount }) => sum + amount.amount, 0);

    test('A refund of an amount that the provider cannot express is refused', async () => {
      const { provider } = harness;
      const dinar = (amount: number) => ({ amount, currency: 'KWD' });
      const charged = await provider.charge({ ...chargeRequest('a'), amount: dinar(5_120) });
      if (charged.kind !== 'succeeded') throw new Error(`the charge is ${charged.kind}`);
      const { reference } = charged;
      expect(await provider.refund({ refundId: 'r1', reference, amount: dinar(5) })).toEqual({
        kind: 'refused',
        reason: 'amount_not_supported',
      });
      expect((await provider.refund({ refundId: 'r2', reference, amount: dinar(5_120) })).kind).toBe(
        'succeeded',
      );
    });

    test('A refund is made once for its id, and partial refunds are possible until nothing is left', async () => {
      const reference = await charge();
      const first = await refund('r1', reference, 400);
      expect(first).toMatchObject({ kind: 'succeeded', reference: expect.any(String) });
      expect(await refund('r1', reference, 400)).toEqual(first);
      expect(await refund('r1', reference, 600)).toEqual(first);
      expect((await refund('r2', reference, 601)).kind).toBe('refused');
      expect((await refund('r3', reference, 600)).kind).toBe('succeeded');
      expect((await refund('r4', reference, 1)).kind).toBe('refused');
      expect(await ledgerOf(harness)).toMatchObject([
        { kind: 'charge', paymentId: 'a', refundId: null, amount: { amount: 1_000, currency: 'VND' } },
        { kind: 'refund', paymentId: 'a', refundId: 'r3', amount: { amount: 600, currency: 'VND' } },
        { kind: 'refund', paymentId: 'a', refundId: 'r1', amount: { amount: 400, currency: 'VND' } },
      ]);
    });

    test('Concurrent refunds are made once for each id, and together never exceed the charge', async () => {
      const reference = await charge();
      const outcomes = await Promise.all(range(50).map((n) => refund(`r${n % 25}`, reference, 100)));
      for (const { kind } of outcomes) expect(['succeeded', 'refused', 'unknown']).toContain(kind);
      expect(await refunded()).toBe(1_000);
      for (const n of range(25)) await refund(`r${n}`, reference, 100);
      expect(await refunded()).toBe(1_000);
    });

    test('A refund of an unknown charge or of a disputed charge is refused', async () => {
      expect((await refund('r1', 'pi_nobody', 1)).kind).toBe('refused');
      expect((await refund('r2', await charge('pm_sim_refund_refused'), 1)).kind).toBe('refused');
      expect(await refunded()).toBe(0);
    });

    test('A refund can stay pending and be decided later', async () => {
      const reference = await charge('pm_card_pendingRefund');
      const pending = await refund('r1', reference, 1_000);
      expect(pending.kind).toBe('pending');
      expect(await refund('r1', reference, 1_000)).toEqual(pending);
      expect(await refunded()).toBe(0);
      harness.world.advance(5_000);
      expect(await refund('r1', reference, 1_000)).toMatchObject({ ...pending, kind: 'succeeded' });
      expect(await refunded()).toBe(1_000);
    });

    test('A refund can fail after it succeeded, and its amount can be refunded again', async () => {
      const reference = await charge('pm_card_refundFail');
      expect((await refund('r1', reference, 1_000)).kind).toBe('succeeded');
      expect((await refund('r2', reference, 1)).kind).toBe('refused');
      harness.world.advance(5_000);
      expect(await refund('r1', reference, 1_000)).toEqual({ kind: 'refused', reason: 'declined' });
      expect((await refund('r3', reference, 1_000)).kind).toBe('succeeded');
    });

    test('A refund whose response was lost is made once', async () => {
      const reference = await charge('pm_sim_refund_lost');
      expect(['unknown', 'succeeded']).toContain((await refund('r1', reference, 600)).kind);
      expect((await refund('r1', reference, 600)).kind).toBe('succeeded');
      expect(await refunded()).toBe(600);
    });

    test('A charge is read with its payment and all refunds that succeeded, ours and others', async () => {
      const { provider, engine, world } = harness;
      const reference = await charge();
      await refund('r1', reference, 400);
      world.advance(5_000);
      await refundAtProvider(engine, reference, 100);
      expect((await refund('r2', reference, 501)).kind).toBe('refused');
      const found = (await provider.readCharge(reference))._unsafeUnwrap();
      expect(found?.paymentId).toBe('a');
      const id = expect.stringMatching(/^re_/);
      const entry = { kind: 'refund', id, reference, paymentId: 'a' } as const;
      expect(found?.refunds).toEqual([
        {
          ...entry,
          refundId: null,
          amount: { amount: 100, currency: 'VND' },
          atMs: world.clock.nowMs(),
        },
        {
          ...entry,
          refundId: 'r1',
          amount: { amount: 400, currency: 'VND' },
          atMs: world.clock.nowMs() - 5_000,
        },
      ]);
      expect((await provider.readCharge('pi_nobody'))._unsafeUnwrap()).toBeNull();
    });

    test('A charge is read without refunds that are pending or have failed', async () => {
      const { provider, world } = harness;
      const pending = await charge('pm_card_pendingRefund', 'p');
      await refund('r1', pending, 10);
      expect((await provider.readCharge(pending))._unsafeUnwrap()?.refunds).toEqual([]);
      const failing = await charge('pm_card_refundFail', 'f');
      await refund('r2', failing, 10);
      world.advance(5_000);
      const read = (await provider.readCharge(failing))._unsafeUnwrap();
      expect(read?.refunds).toEqual([]);
      expect(read?.failedRefunds).toEqual([expect.stringMatching(/^re_/)]);
    });

    test('A refund can have the same key as its payment', async () => {
      const reference = await charge('pm_card_visa', 'same');
      expect((await refund('same', reference, 10)).kind).toBe('succeeded');
      expect(await ledgerOf(harness)).toHaveLength(2);
    });
  });
};
