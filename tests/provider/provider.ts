import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { authenticationFailed, confirm } from '../../adapters/sandbox/intents.ts';
import type { ChargeOutcome, ChargeRequest } from '../../core/provider.ts';
import { disputeSuite } from './disputes.ts';
import { chargeRequest, ledgerOf, type OpenHarness, type ProviderHarness, range } from './harness.ts';
import { ledgerSuite } from './ledger.ts';
import { refundSuite } from './refunds.ts';

/** The contract of every payment provider, as `PaymentProvider` states it. */
export const providerSuite = (name: string, open: OpenHarness): void => {
  let harness: ProviderHarness;
  let close: () => Promise<void>;
  const begin = async () => {
    ({ harness, close } = await open());
  };
  const end = () => close();

  /** Repeats a call until its outcome is known, as the recovery of payments does. */
  const untilKnown = async (call: () => Promise<ChargeOutcome>): Promise<ChargeOutcome> => {
    for (let attempt = 0; attempt < 4; attempt++) {
      const outcome = await call();
      if (outcome.kind !== 'unknown' && outcome.kind !== 'unavailable') return outcome;
      harness.world.advance(3_000);
    }
    throw new Error('the outcome stays unknown');
  };
  const chargeUntilKnown = (request: ChargeRequest) => untilKnown(() => harness.provider.charge(request));
  const cancelUntilKnown = (request: ChargeRequest) => untilKnown(() => harness.provider.cancel(request));

  describe(`${name}: charges`, () => {
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
    ])('A charge with %s has one outcome, and every later call returns it', async (method, expected) => {
      const first = await harness.provider.charge(chargeRequest('a', method));
      expect(first).toMatchObject(expected);
      expect(await harness.provider.charge(chargeRequest('a', method))).toEqual(first);
      expect(await cancelUntilKnown(chargeRequest('a', method))).toEqual(first);
      const moved = first.kind === 'succeeded' ? [{ kind: 'charge', paymentId: 'a', refundId: null }] : [];
      expect(await ledgerOf(harness)).toMatchObject(moved);
    });

    test.each([
      ['pm_sim_lost_ok', 'succeeded'],
      ['pm_sim_lost_declined', 'declined'],
      ['pm_sim_lost_before', 'succeeded'],
      ['pm_sim_html', 'succeeded'],
      ['pm_sim_error', 'succeeded'],
    ])('A charge with %s is unknown at first, and a retry returns its outcome', async (method, kind) => {
      expect((await harness.provider.charge(chargeRequest('a', method))).kind).toBe('unknown');
      expect((await chargeUntilKnown(chargeRequest('a', method))).kind).toBe(kind as ChargeOutcome['kind']);
      expect(await ledgerOf(harness)).toHaveLength(kind === 'succeeded' ? 1 : 0);
    });

    test.each([
      ['pm_sim_lost_ok', 'succeeded'],
      ['pm_sim_lost_declined', 'declined'],
      ['pm_sim_lost_before', 'cancelled'],
      ['pm_sim_html', 'succeeded'],
      ['pm_sim_error', 'succeeded'],
    ])('A cancel after an unknown charge with %s returns the final outcome', async (method, kind) => {
      expect((await harness.provider.charge(chargeRequest('a', method))).kind).toBe('unknown');
      const cancelled = await cancelUntilKnown(chargeRequest('a', method));
      expect(cancelled.kind).toBe(kind as ChargeOutcome['kind']);
      expect(await cancelUntilKnown(chargeRequest('a', method))).toEqual(cancelled);
      expect(await chargeUntilKnown(chargeRequest('a', method))).toEqual(cancelled);
      expect(await ledgerOf(harness)).toHaveLength(kind === 'succeeded' ? 1 : 0);
    });

    test('A request that the provider rejects before any charge is unavailable', async () => {
      expect((await harness.provider.charge(chargeRequest('a', 'pm_sim_down'))).kind).toBe('unavailable');
      expect(await harness.provider.cancel(chargeRequest('a', 'pm_sim_down'))).toEqual({ kind: 'cancelled' });
      expect((await harness.provider.charge(chargeRequest('b', 'pm_sim_rate_limited'))).kind).toBe(
        'unavailable',
      );
      expect((await harness.provider.charge(chargeRequest('b', 'pm_sim_rate_limited'))).kind).toBe(
        'succeeded',
      );
      expect(await ledgerOf(harness)).toHaveLength(1);
    });

    test.each(['pm_card_visa', 'pm_card_chargeDeclined', 'pm_sim_slow', '?'])(
      'A known key returns its outcome, also for %s and another amount',
      async (method) => {
        const first = await harness.provider.charge(chargeRequest('a'));
        expect(await chargeUntilKnown(chargeRequest('a', method, 1))).toEqual(first);
        expect(await cancelUntilKnown(chargeRequest('a', method, 1))).toEqual(first);

        expect(await harness.provider.cancel(chargeRequest('b'))).toEqual({ kind: 'cancelled' });
        expect(await chargeUntilKnown(chargeRequest('b', method))).toEqual({ kind: 'cancelled' });
        expect(await chargeUntilKnown(chargeRequest('b', method, 1))).toEqual({ kind: 'cancelled' });
        expect(await cancelUntilKnown(chargeRequest('b', method, 1))).toEqual({ kind: 'cancelled' });
        expect(await ledgerOf(harness)).toHaveLength(1);
      },
    );

    test('An amount that the provider cannot express is declined, and nothing is recorded', async () => {
      const refused = { kind: 'declined', declineCode: 'amount_not_supported' } as const;
      const dinar = { ...chargeRequest('b'), amount: { amount: 5_124, currency: 'KWD' } };
      for (const request of [chargeRequest('a', 'pm_card_visa', 0), dinar]) {
        expect(await harness.provider.charge(request)).toEqual(refused);
        expect(await harness.provider.cancel(request)).toEqual(refused);
      }
      expect(await ledgerOf(harness)).toEqual([]);
    });

    test('50 concurrent calls under one key make one charge', async () => {
      const outcomes = await Promise.all(range(50).map(() => harness.provider.charge(chargeRequest('a'))));
      const final = await chargeUntilKnown(chargeRequest('a'));
      expect(final.kind).toBe('succeeded');
      const known = outcomes.filter(({ kind }) => kind !== 'unknown');
      expect(new Set(known.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify(final)]));
      expect(await ledgerOf(harness)).toHaveLength(1);
    });

    test.each(['pm_card_visa', 'pm_sim_slow', 'pm_card_authenticationRequired'])(
      'Concurrent charges and cancels under one key have the same outcome, with %s',
      async (method) => {
        await Promise.all(
          range(30).map((n) =>
            n % 3 === 1
              ? harness.provider.cancel(chargeRequest('a', method))
              : harness.provider.charge(chargeRequest('a', method)),
          ),
        );
        const final = await cancelUntilKnown(chargeRequest('a', method));
        expect(await chargeUntilKnown(chargeRequest('a', method))).toEqual(final);
        expect(await ledgerOf(harness)).toHaveLength(final.kind === 'succeeded' ? 1 : 0);
      },
    );

    test('Concurrent calls under many keys make one charge for each key', async () => {
      await Promise.all(range(130).map((n) => harness.provider.charge(chargeRequest(`key-${n}`))));
      const entries = await ledgerOf(harness);
      expect(new Set(entries.map(({ paymentId }) => paymentId)).size).toBe(130);
      expect(entries).toHaveLength(130);
    });
  });

  describe(`${name}: challenges`, () => {
    beforeEach(begin);
    afterEach(end);
    const challenge = async (paymentId: string) => {
      const outcome = await harness.provider.charge(chargeRequest(paymentId, method));
      if (outcome.kind !== 'requires_action') throw new Error(`the charge is ${outcome.kind}`);
      return outcome;
    };
    const method = 'pm_card_threeDSecure2Required';

    test('A challenge waits, and the money moves once the customer passes it', async () => {
      const { reference, action } = await challenge('a');
      expect(action.clientSecret).toStartWith(`${reference}_secret_`);
      expect(await challenge('a')).toEqual({ kind: 'requires_action', reference, action });
      expect(await ledgerOf(harness)).toEqual([]);

      (await confirm(harness.engine, action.clientSecret ?? '', 'succeed'))._unsafeUnwrap();
      expect(await harness.provider.charge(chargeRequest('a', method))).toEqual({
        kind: 'succeeded',
        reference,
      });
      expect(await harness.provider.cancel(chargeRequest('a', method))).toEqual({
        kind: 'succeeded',
        reference,
      });
      expect(await ledgerOf(harness)).toMatchObject([{ paymentId: 'a' }]);
    });

    test.each(['charge', 'cancel'] as const)(
      'A failed challenge is a decline for %s, and the customer cannot pass it any more',
      async (verb) => {
        const { action } = await challenge('a');
        (await confirm(harness.engine, action.clientSecret ?? '', authenticationFailed))._unsafeUnwrap();
        const declined: ChargeOutcome = { kind: 'declined', declineCode: authenticationFailed.code };
        expect(await harness.provider[verb](chargeRequest('a', method))).toEqual(declined);
        const late = await confirm(harness.engine, action.clientSecret ?? '', 'succeed');
        expect(late._unsafeUnwrapErr().kind).toBe('unexpected_state');
        expect(await harness.provider.charge(chargeRequest('a', method))).toEqual(declined);
        expect(await harness.provider.cancel(chargeRequest('a', method))).toEqual(declined);
        expect(await ledgerOf(harness)).toEqual([]);
      },
    );

    test('The customer cannot pass a cancelled challenge any more', async () => {
      const { action } = await challenge('a');
      expect(await harness.provider.cancel(chargeRequest('a', method))).toEqual({ kind: 'cancelled' });
      expect(await harness.provider.charge(chargeRequest('a', method))).toEqual({ kind: 'cancelled' });
      const late = await confirm(harness.engine, action.clientSecret ?? '', 'succeed');
      expect(late._unsafeUnwrapErr().kind).toBe('unexpected_state');
    });

    test('A challenge that is cancelled by the id of its charge cannot be passed any more', async () => {
      const { reference, action } = await challenge('a');
      const cancelCharge = () => untilKnown(() => harness.provider.cancelCharge(reference));
      expect(await cancelCharge()).toEqual({ kind: 'cancelled' });
      const late = await confirm(harness.engine, action.clientSecret ?? '', 'succeed');
      expect(late._unsafeUnwrapErr().kind).toBe('unexpected_state');
      expect(await cancelCharge()).toEqual({ kind: 'cancelled' });
      expect(await harness.provider.charge(chargeRequest('a', method))).toEqual({ kind: 'cancelled' });
      expect(await ledgerOf(harness)).toEqual([]);
    });

    test('A charge that has succeeded stays so if it is cancelled by its id', async () => {
      const { reference, action } = await challenge('a');
      (await confirm(harness.engine, action.clientSecret ?? '', 'succeed'))._unsafeUnwrap();
      const outcome = await untilKnown(() => harness.provider.cancelCharge(reference));
      expect(outcome).toEqual({ kind: 'succeeded', reference });
      expect(await ledgerOf(harness)).toHaveLength(1);
    });

    test('Nothing is known of a charge that does not exist', async () => {
      expect((await harness.provider.cancelCharge('pi_nobody')).kind).toBe('unknown');
    });

    test('A challenge that is passed and cancelled at the same time has one outcome', async () => {
      for (const n of range(10)) {
        const { action } = await challenge(`key-${n}`);
        const [passed, cancelled] = await Promise.all([
          confirm(harness.engine, action.clientSecret ?? '', 'succeed'),
          harness.provider.cancel(chargeRequest(`key-${n}`, method)),
        ]);
        expect(cancelled.kind).toBe(passed.isOk() ? 'succeeded' : 'cancelled');
      }
    });
  });

  refundSuite(name, open);
  disputeSuite(name, open);
  ledgerSuite(name, open);
};
