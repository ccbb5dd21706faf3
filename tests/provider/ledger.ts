import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { confirm } from '../../adapters/sandbox/intents.ts';
import { chargeRequest, ledgerOf, type OpenHarness, type ProviderHarness, range } from './harness.ts';

/** The contract of the ledger of every payment provider. */
export const ledgerSuite = (name: string, open: OpenHarness): void => {
  describe(`${name}: ledger`, () => {
    let harness: ProviderHarness;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ harness, close } = await open());
    });
    afterEach(() => close());

    test('The ledger has each movement of its time range once, and nothing else', async () => {
      const { provider, world } = harness;
      await provider.charge(chargeRequest('before'));
      world.advance(10_000);
      const fromMs = world.clock.nowMs();
      const within = await provider.charge(chargeRequest('within'));
      await provider.charge(chargeRequest('declined', 'pm_card_chargeDeclined'));
      await provider.charge(chargeRequest('waiting', 'pm_card_authenticationRequired'));
      await provider.cancel(chargeRequest('cancelled'));
      world.advance(10_000);
      const toMs = world.clock.nowMs();
      await provider.charge(chargeRequest('after'));
      const page = (await provider.readLedger({ fromMs, toMs, after: null }))._unsafeUnwrap();
      expect(page.items).toEqual([
        {
          kind: 'charge',
          id: expect.stringMatching(/^ch_/),
          reference: within.kind === 'succeeded' ? within.reference : 'none',
          paymentId: 'within',
          refundId: null,
          amount: { amount: 1_299_000, currency: 'VND' },
          atMs: fromMs,
        },
      ]);
    });

    test('The ledger has a charge after a challenge at the time of the charge', async () => {
      const { provider, world, engine } = harness;
      const waiting = await provider.charge(chargeRequest('a', 'pm_card_authenticationRequired'));
      world.advance(60_000);
      const reference = waiting.kind === 'requires_action' ? waiting.reference : '';
      (await confirm(engine, reference, 'succeed'))._unsafeUnwrap();
      expect(await ledgerOf(harness)).toMatchObject([{ paymentId: 'a', atMs: world.clock.nowMs() }]);
    });

    test('The pages of the ledger neither repeat nor skip an entry', async () => {
      const { provider } = harness;
      const outcomes = await Promise.all(
        range(220).map((n) => provider.charge(chargeRequest(`key-${n}`, methods[n % 4]))),
      );
      const paid = outcomes.filter(({ kind }) => kind === 'succeeded');
      const amount = { amount: 1_299_000, currency: 'VND' };
      for (const [n, outcome] of paid.entries())
        if (outcome.kind === 'succeeded')
          await provider.refund({ refundId: `r-${n}`, reference: outcome.reference, amount });
      const entries = await ledgerOf(harness);
      expect(entries).toHaveLength(2 * paid.length);
      expect(new Set(entries.map(({ id }) => id)).size).toBe(2 * paid.length);
      const references = paid.flatMap((outcome) =>
        outcome.kind === 'succeeded' ? [outcome.reference, outcome.reference] : [],
      );
      expect(entries.map(({ reference }) => reference).toSorted()).toEqual(references.toSorted());
      expect(paid).toHaveLength(165);
    });
  });
};

const methods = ['pm_card_visa', 'pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_mastercard'] as const;
