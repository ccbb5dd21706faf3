import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { closeDispute, openDispute } from '../../adapters/sandbox/disputes.ts';
import { chargeRequest, ledgerOf, type OpenHarness, type ProviderHarness, receiveEvents } from './harness.ts';

/** The contract of the disputes of every payment provider. */
export const disputeSuite = (name: string, open: OpenHarness): void => {
  describe(`${name}: disputes`, () => {
    let harness: ProviderHarness;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ harness, close } = await open());
    });
    afterEach(() => close());

    const charge = async (): Promise<string> => {
      const outcome = await harness.provider.charge(chargeRequest('a', 'pm_card_visa', 1_000));
      if (outcome.kind !== 'succeeded') throw new Error(`the charge is ${outcome.kind}`);
      return outcome.reference;
    };
    const dispute = async (intentId: string, amount: number | null = null): Promise<string> => {
      const money = amount === null ? null : { amount, currency: 'VND' };
      const request = { intentId, amount: money, reason: 'fraudulent' };
      return (await openDispute(harness.engine, request))._unsafeUnwrap().id;
    };
    const refund = (refundId: string, reference: string) =>
      harness.provider.refund({ refundId, reference, amount: { amount: 100, currency: 'VND' } });
    const disputesOf = async (reference: string) =>
      (await harness.provider.readCharge(reference))._unsafeUnwrap()?.disputes;
    const disputeEvents = async () => {
      const { provider, world } = harness;
      const requests = await receiveEvents(harness.engine);
      const events = await Promise.all(
        requests.map(async (request) =>
          (await provider.readEvent(request, world.clock.nowMs()))._unsafeUnwrap(),
        ),
      );
      return events.filter(({ subject }) => subject.kind === 'dispute');
    };

    test('A charge is read with its disputes, and each event names the dispute and its charge', async () => {
      const { engine, world } = harness;
      const chargeReference = await charge();
      await disputeEvents();
      const reference = await dispute(chargeReference, 400);
      const atMs = world.clock.nowMs();
      const expected = { reference, amount: { amount: 400, currency: 'VND' }, reason: 'fraudulent', atMs };
      expect(await disputesOf(chargeReference)).toEqual([{ ...expected, status: 'open' }]);
      const event = { id: expect.stringMatching(/^evt_/) };
      const subject = { kind: 'dispute', chargeReference } as const;
      expect(await disputeEvents()).toEqual([
        {
          ...{ ...event, type: 'charge.dispute.created' },
          subject: { ...subject, dispute: { ...expected, status: 'open' } },
        },
      ]);
      world.advance(5_000);
      await closeDispute(engine, reference, 'won');
      expect(await disputesOf(chargeReference)).toEqual([{ ...expected, status: 'won' }]);
      expect(await disputeEvents()).toEqual([
        {
          ...{ ...event, type: 'charge.dispute.closed' },
          subject: { ...subject, dispute: { ...expected, status: 'won' } },
        },
      ]);
    });

    test('A disputed charge cannot be refunded until the dispute is won', async () => {
      const { engine } = harness;
      const reference = await charge();
      const id = await dispute(reference);
      expect(await refund('r1', reference)).toEqual({ kind: 'refused', reason: 'charge_disputed' });
      await closeDispute(engine, id, 'won');
      expect((await refund('r2', reference)).kind).toBe('succeeded');
    });

    test('The ledger has a dispute when it is lost, and the charge cannot be refunded', async () => {
      const { engine, world } = harness;
      const reference = await charge();
      const won = await dispute(reference);
      await closeDispute(engine, won, 'won');
      const id = await dispute(reference, 700);
      expect((await ledgerOf(harness)).map(({ kind }) => kind)).toEqual(['charge']);
      const atMs = world.clock.nowMs();
      world.advance(5_000);
      await closeDispute(engine, id, 'lost');
      await closeDispute(engine, id, 'won');
      expect((await ledgerOf(harness)).slice(1)).toEqual([
        {
          ...{ kind: 'dispute', id, reference, paymentId: 'a', refundId: null },
          ...{ amount: { amount: 700, currency: 'VND' }, atMs },
        },
      ]);
      expect(await refund('r1', reference)).toEqual({ kind: 'refused', reason: 'charge_disputed' });
    });

    test('Only a charge that was paid can be disputed, and not for more than it was', async () => {
      const { engine, provider } = harness;
      const waiting = await provider.charge(chargeRequest('w', 'pm_card_authenticationRequired'));
      const requests: readonly [string, number | null][] = [
        ['pi_nobody', null],
        [waiting.kind === 'requires_action' ? waiting.reference : '', null],
        [await charge(), 1_001],
        [await charge(), 0],
      ];
      for (const [intentId, amount] of requests) {
        const money = amount === null ? null : { amount, currency: 'VND' };
        const opened = await openDispute(engine, { intentId, amount: money, reason: 'fraudulent' });
        expect(opened._unsafeUnwrapErr().kind).toBe('not_disputable');
      }
    });
  });
};
