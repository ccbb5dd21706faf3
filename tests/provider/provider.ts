import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { authenticationFailed, confirm } from '../../adapters/sandbox/intents.ts';
import type { ChargeOutcome, ChargeRequest } from '../../core/provider.ts';
import { type Ground, ledgerOf, range, request } from './harness.ts';

type Opened = { readonly ground: Ground; close(): Promise<void> };

/** What every payment provider owes to its port, whoever is behind it. */
export const providerSuite = (name: string, open: () => Promise<Opened>): void => {
  let opened: Opened;
  let ground: Ground;
  const begin = async () => {
    opened = await open();
    ground = opened.ground;
  };
  const end = () => opened.close();

  /** Asks until the outcome is known, as the reconciler does. */
  const settled = async (ask: () => Promise<ChargeOutcome>): Promise<ChargeOutcome> => {
    for (let times = 0; times < 4; times++) {
      const outcome = await ask();
      if (outcome.kind !== 'unknown' && outcome.kind !== 'unavailable') return outcome;
      ground.world.advance(3_000);
    }
    throw new Error('the outcome stays unknown');
  };
  const charging = (asked: ChargeRequest) => settled(() => ground.provider.charge(asked));
  const cancelling = (asked: ChargeRequest) => settled(() => ground.provider.cancel(asked));

  describe(`${name}: a charge`, () => {
    beforeEach(begin);
    afterEach(end);

    test.each([
      ['pm_card_visa', { kind: 'succeeded' }],
      ['pm_sim_slow', { kind: 'succeeded' }],
      ['pm_sim_late', { kind: 'succeeded' }],
      ['pm_card_chargeDeclined', { kind: 'declined', declineCode: 'card_declined' }],
      [
        'pm_card_visa_chargeDeclinedInsufficientFunds',
        { kind: 'declined', declineCode: 'insufficient_funds' },
      ],
      ['pm_card_chargeDeclinedExpiredCard', { kind: 'declined', declineCode: 'expired_card' }],
      ['pm_nobody_knows', { kind: 'declined', declineCode: 'invalid_payment_method' }],
      ['constructor', { kind: 'declined', declineCode: 'invalid_payment_method' }],
    ])('%s', async (method, expected) => {
      const first = await ground.provider.charge(request('a', method));
      expect(first).toMatchObject(expected);
      expect(await ground.provider.charge(request('a', method))).toEqual(first);
      expect(await cancelling(request('a', method))).toEqual(first);
      const moved = first.kind === 'succeeded' ? [{ kind: 'charge', paymentId: 'a', refundId: null }] : [];
      expect(await ledgerOf(ground)).toMatchObject(moved);
    });

    test.each([
      ['pm_sim_lost_ok', 'succeeded'],
      ['pm_sim_lost_declined', 'declined'],
      ['pm_sim_lost_before', 'succeeded'],
      ['pm_sim_html', 'succeeded'],
      ['pm_sim_error', 'succeeded'],
    ])('%s is unknown at first, and comes to the same however it is asked about', async (method, kind) => {
      expect((await ground.provider.charge(request('a', method))).kind).toBe('unknown');
      expect((await charging(request('a', method))).kind).toBe(kind as ChargeOutcome['kind']);
      expect(await ledgerOf(ground)).toHaveLength(kind === 'succeeded' ? 1 : 0);
    });

    test.each([
      ['pm_sim_lost_ok', 'succeeded'],
      ['pm_sim_lost_declined', 'declined'],
      ['pm_sim_lost_before', 'cancelled'],
      ['pm_sim_html', 'succeeded'],
      ['pm_sim_error', 'succeeded'],
    ])('%s, and then called off', async (method, kind) => {
      expect((await ground.provider.charge(request('a', method))).kind).toBe('unknown');
      const cancelled = await cancelling(request('a', method));
      expect(cancelled.kind).toBe(kind as ChargeOutcome['kind']);
      expect(await cancelling(request('a', method))).toEqual(cancelled);
      expect(await charging(request('a', method))).toEqual(cancelled);
      expect(await ledgerOf(ground)).toHaveLength(kind === 'succeeded' ? 1 : 0);
    });

    test('what was turned away before any charge is unavailable', async () => {
      expect((await ground.provider.charge(request('a', 'pm_sim_down'))).kind).toBe('unavailable');
      expect(await ground.provider.cancel(request('a', 'pm_sim_down'))).toEqual({ kind: 'cancelled' });
      expect((await ground.provider.charge(request('b', 'pm_sim_rate_limited'))).kind).toBe('unavailable');
      expect((await ground.provider.charge(request('b', 'pm_sim_rate_limited'))).kind).toBe('succeeded');
      expect(await ledgerOf(ground)).toHaveLength(1);
    });

    test.each(['pm_card_visa', 'pm_card_chargeDeclined', 'pm_sim_slow', '?'])(
      'a key that was seen answers what it came to, also to %s and another amount',
      async (method) => {
        const first = await ground.provider.charge(request('a'));
        expect(await charging(request('a', method, 1))).toEqual(first);
        expect(await cancelling(request('a', method, 1))).toEqual(first);

        expect(await ground.provider.cancel(request('b'))).toEqual({ kind: 'cancelled' });
        expect(await charging(request('b', method))).toEqual({ kind: 'cancelled' });
        expect(await charging(request('b', method, 1))).toEqual({ kind: 'cancelled' });
        expect(await cancelling(request('b', method, 1))).toEqual({ kind: 'cancelled' });
        expect(await ledgerOf(ground)).toHaveLength(1);
      },
    );

    test('50 parallel calls under one key are one charge', async () => {
      const outcomes = await Promise.all(range(50).map(() => ground.provider.charge(request('a'))));
      const final = await charging(request('a'));
      expect(final.kind).toBe('succeeded');
      const known = outcomes.filter(({ kind }) => kind !== 'unknown');
      expect(new Set(known.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify(final)]));
      expect(await ledgerOf(ground)).toHaveLength(1);
    });

    test.each(['pm_card_visa', 'pm_sim_slow', 'pm_card_authenticationRequired'])(
      'charge and cancel under one key at once come to the same, with %s',
      async (method) => {
        await Promise.all(
          range(30).map((n) =>
            n % 3 === 1
              ? ground.provider.cancel(request('a', method))
              : ground.provider.charge(request('a', method)),
          ),
        );
        const final = await cancelling(request('a', method));
        expect(await charging(request('a', method))).toEqual(final);
        expect(await ledgerOf(ground)).toHaveLength(final.kind === 'succeeded' ? 1 : 0);
      },
    );

    test('many keys at once are a charge each', async () => {
      await Promise.all(range(130).map((n) => ground.provider.charge(request(`key-${n}`))));
      const entries = await ledgerOf(ground);
      expect(new Set(entries.map(({ paymentId }) => paymentId)).size).toBe(130);
      expect(entries).toHaveLength(130);
    });
  });

  describe(`${name}: a challenge`, () => {
    beforeEach(begin);
    afterEach(end);
    const challenged = async (paymentId: string) => {
      const outcome = await ground.provider.charge(request(paymentId, method));
      if (outcome.kind !== 'requires_action') throw new Error(`it is ${outcome.kind}`);
      return outcome;
    };
    const method = 'pm_card_threeDSecure2Required';

    test('waits, and charges once it is met', async () => {
      const { reference, action } = await challenged('a');
      expect(action.clientSecret).toStartWith(`${reference}_secret_`);
      expect(await challenged('a')).toEqual({ kind: 'requires_action', reference, action });
      expect(await ledgerOf(ground)).toEqual([]);

      (await confirm(ground.engine, action.clientSecret ?? '', 'succeed'))._unsafeUnwrap();
      expect(await ground.provider.charge(request('a', method))).toEqual({ kind: 'succeeded', reference });
      expect(await ground.provider.cancel(request('a', method))).toEqual({ kind: 'succeeded', reference });
      expect(await ledgerOf(ground)).toMatchObject([{ paymentId: 'a' }]);
    });

    test.each(['charge', 'cancel'] as const)(
      'that failed is a decline to %s, and cannot be met any more',
      async (verb) => {
        const { action } = await challenged('a');
        (await confirm(ground.engine, action.clientSecret ?? '', authenticationFailed))._unsafeUnwrap();
        const declined: ChargeOutcome = { kind: 'declined', declineCode: authenticationFailed.code };
        expect(await ground.provider[verb](request('a', method))).toEqual(declined);
        const late = await confirm(ground.engine, action.clientSecret ?? '', 'succeed');
        expect(late._unsafeUnwrapErr().kind).toBe('unexpected_state');
        expect(await ground.provider.charge(request('a', method))).toEqual(declined);
        expect(await ground.provider.cancel(request('a', method))).toEqual(declined);
        expect(await ledgerOf(ground)).toEqual([]);
      },
    );

    test('that was called off cannot be met any more', async () => {
      const { action } = await challenged('a');
      expect(await ground.provider.cancel(request('a', method))).toEqual({ kind: 'cancelled' });
      expect(await ground.provider.charge(request('a', method))).toEqual({ kind: 'cancelled' });
      const late = await confirm(ground.engine, action.clientSecret ?? '', 'succeed');
      expect(late._unsafeUnwrapErr().kind).toBe('unexpected_state');
    });

    test('that is met while it is called off comes to one end', async () => {
      for (const n of range(10)) {
        const { action } = await challenged(`key-${n}`);
        const [met, cancelled] = await Promise.all([
          confirm(ground.engine, action.clientSecret ?? '', 'succeed'),
          ground.provider.cancel(request(`key-${n}`, method)),
        ]);
        expect(cancelled.kind).toBe(met.isOk() ? 'succeeded' : 'cancelled');
      }
    });
  });

  describe(`${name}: a refund`, () => {
    beforeEach(begin);
    afterEach(end);
    const charged = async (method = 'pm_card_visa', paymentId = 'a'): Promise<string> => {
      const outcome = await ground.provider.charge(request(paymentId, method, 1_000));
      if (outcome.kind !== 'succeeded') throw new Error(`it is ${outcome.kind}`);
      return outcome.reference;
    };
    const giveBack = (refundId: string, reference: string, amount: number) =>
      ground.provider.refund({ refundId, reference, amount: { amount, currency: 'VND' } });
    const returned = async () =>
      (await ledgerOf(ground))
        .filter(({ kind }) => kind === 'refund')
        .reduce((sum, { amount }) => sum + amount.amount, 0);

    test('is made once for its id, a part at a time, until nothing is left', async () => {
      const reference = await charged();
      const first = await giveBack('r1', reference, 400);
      expect(first).toMatchObject({ kind: 'succeeded', reference: expect.any(String) });
      expect(await giveBack('r1', reference, 400)).toEqual(first);
      expect(await giveBack('r1', reference, 600)).toEqual(first);
      expect((await giveBack('r2', reference, 601)).kind).toBe('refused');
      expect((await giveBack('r3', reference, 600)).kind).toBe('succeeded');
      expect((await giveBack('r4', reference, 1)).kind).toBe('refused');
      expect(await ledgerOf(ground)).toMatchObject([
        { kind: 'charge', paymentId: 'a', refundId: null, amount: { amount: 1_000, currency: 'VND' } },
        { kind: 'refund', paymentId: 'a', refundId: 'r3', amount: { amount: 600, currency: 'VND' } },
        { kind: 'refund', paymentId: 'a', refundId: 'r1', amount: { amount: 400, currency: 'VND' } },
      ]);
    });

    test('of one id is made once, and all together are never more than was charged, however many ask', async () => {
      const reference = await charged();
      const outcomes = await Promise.all(range(50).map((n) => giveBack(`r${n % 25}`, reference, 100)));
      for (const { kind } of outcomes) expect(['succeeded', 'refused', 'unknown']).toContain(kind);
      expect(await returned()).toBe(1_000);
      for (const n of range(25)) await giveBack(`r${n}`, reference, 100);
      expect(await returned()).toBe(1_000);
    });

    test('that cannot be is refused: no such charge, one in dispute, one that was declined', async () => {
      expect((await giveBack('r1', 'pi_nobody', 1)).kind).toBe('refused');
      expect((await giveBack('r2', await charged('pm_sim_refund_refused'), 1)).kind).toBe('refused');
      expect(await returned()).toBe(0);
    });

    test('may be decided later', async () => {
      const reference = await charged('pm_card_pendingRefund');
      const pending = await giveBack('r1', reference, 1_000);
      expect(pending.kind).toBe('pending');
      expect(await giveBack('r1', reference, 1_000)).toEqual(pending);
      expect(await returned()).toBe(0);
      ground.world.advance(5_000);
      expect(await giveBack('r1', reference, 1_000)).toMatchObject({ ...pending, kind: 'succeeded' });
      expect(await returned()).toBe(1_000);
    });

    test('may come back after all, and its amount is free again', async () => {
      const reference = await charged('pm_card_refundFail');
      expect((await giveBack('r1', reference, 1_000)).kind).toBe('succeeded');
      expect((await giveBack('r2', reference, 1)).kind).toBe('refused');
      ground.world.advance(5_000);
      expect(await giveBack('r1', reference, 1_000)).toEqual({ kind: 'refused', reason: 'declined' });
      expect((await giveBack('r3', reference, 1_000)).kind).toBe('succeeded');
    });

    test('whose answer was lost is made once', async () => {
      const reference = await charged('pm_sim_refund_lost');
      expect(['unknown', 'succeeded']).toContain((await giveBack('r1', reference, 600)).kind);
      expect((await giveBack('r1', reference, 600)).kind).toBe('succeeded');
      expect(await returned()).toBe(600);
    });

    test('has keys of its own', async () => {
      const reference = await charged('pm_card_visa', 'same');
      expect((await giveBack('same', reference, 10)).kind).toBe('succeeded');
      expect(await ledgerOf(ground)).toHaveLength(2);
    });
  });

  describe(`${name}: the ledger`, () => {
    beforeEach(begin);
    afterEach(end);

    test('has what moved in the span, each once, and nothing else', async () => {
      const { provider, world } = ground;
      await provider.charge(request('before'));
      world.advance(10_000);
      const fromMs = world.clock.nowMs();
      await provider.charge(request('within'));
      await provider.charge(request('declined', 'pm_card_chargeDeclined'));
      await provider.charge(request('waiting', 'pm_card_authenticationRequired'));
      await provider.cancel(request('cancelled'));
      world.advance(10_000);
      const toMs = world.clock.nowMs();
      await provider.charge(request('after'));
      const page = (await provider.readLedger({ fromMs, toMs, after: null }))._unsafeUnwrap();
      expect(page.items).toEqual([
        {
          kind: 'charge',
          id: expect.stringMatching(/^ch_/),
          paymentId: 'within',
          refundId: null,
          amount: { amount: 1_299_000, currency: 'VND' },
          atMs: fromMs,
        },
      ]);
    });

    test('has a charge at the time of the charge, not of the challenge', async () => {
      const { provider, world, engine } = ground;
      const waiting = await provider.charge(request('a', 'pm_card_authenticationRequired'));
      world.advance(60_000);
      const reference = waiting.kind === 'requires_action' ? waiting.reference : '';
      (await confirm(engine, reference, 'succeed'))._unsafeUnwrap();
      expect(await ledgerOf(ground)).toMatchObject([{ paymentId: 'a', atMs: world.clock.nowMs() }]);
    });

    test('comes in pages that neither repeat nor skip', async () => {
      const { provider } = ground;
      const outcomes = await Promise.all(
        range(220).map((n) => provider.charge(request(`key-${n}`, methods[n % 4]))),
      );
      const paid = outcomes.filter(({ kind }) => kind === 'succeeded');
      const amount = { amount: 1_299_000, currency: 'VND' };
      for (const [n, outcome] of paid.entries())
        if (outcome.kind === 'succeeded')
          await provider.refund({ refundId: `r-${n}`, reference: outcome.reference, amount });
      const entries = await ledgerOf(ground);
      expect(entries).toHaveLength(2 * paid.length);
      expect(new Set(entries.map(({ id }) => id)).size).toBe(2 * paid.length);
      expect(paid).toHaveLength(165);
    });
  });
};

const methods = ['pm_card_visa', 'pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_mastercard'] as const;
