import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { confirm } from '../../adapters/sandbox/intents.ts';
import { signatureHeader } from '../../adapters/sandbox/signature.ts';
import type { WebhookRequest } from '../../core/provider.ts';
import {
  chargeRequest,
  type OpenHarness,
  type ProviderHarness,
  receiveEvents,
  refundAtProvider,
  webhookSecret,
} from './harness.ts';

/** The contract of the events of every payment provider with Stripe's events and signatures. */
export const eventSuite = (name: string, open: OpenHarness): void => {
  describe(`${name}: events`, () => {
    let harness: ProviderHarness;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ harness, close } = await open());
    });
    afterEach(() => close());

    /** Receives and reads the due events, in any order. */
    const readEvents = async () => {
      const { engine, provider, world } = harness;
      const received = await receiveEvents(engine);
      const events = await Promise.all(received.map((each) => provider.readEvent(each, world.clock.nowMs())));
      return events.map((each) => each._unsafeUnwrap());
    };
    const receiveEvent = async (): Promise<WebhookRequest> => {
      await harness.provider.charge(chargeRequest('a'));
      const [event] = await receiveEvents(harness.engine);
      if (event === undefined) throw new Error('no event was sent');
      return event;
    };
    const read = (event: WebhookRequest, laterMs = 0) =>
      harness.provider.readEvent(event, harness.world.clock.nowMs() + laterMs);
    const withHeader = ({ body }: WebhookRequest, header: string | null): WebhookRequest => ({
      body,
      header: (each) => (each === 'stripe-signature' ? header : null),
    });

    test('A payment event names the payment, and says that the money moved only if it did', async () => {
      const { provider, engine } = harness;
      await provider.charge(chargeRequest('paid'));
      await provider.charge(chargeRequest('declined', 'pm_card_chargeDeclined'));
      const waiting = await provider.charge(chargeRequest('waiting', 'pm_card_authenticationRequired'));
      const reference = waiting.kind === 'requires_action' ? waiting.reference : '';
      const subjects = new Map((await readEvents()).map(({ type, subject }) => [type, subject]));
      expect(subjects).toEqual(
        new Map([
          [
            'payment_intent.succeeded',
            { kind: 'payment', paymentId: 'paid', reference: expect.any(String), succeeded: true },
          ],
          [
            'payment_intent.payment_failed',
            { kind: 'payment', paymentId: 'declined', reference: expect.any(String), succeeded: false },
          ],
          [
            'payment_intent.requires_action',
            { kind: 'payment', paymentId: 'waiting', reference, succeeded: false },
          ],
        ]),
      );
      await confirm(engine, reference, 'succeed');
      expect(await readEvents()).toMatchObject([
        { type: 'payment_intent.succeeded', subject: { paymentId: 'waiting', reference, succeeded: true } },
      ]);
    });

    test('A refund event names the refund and the reason of a failure', async () => {
      const { provider, world } = harness;
      const paid = await provider.charge(chargeRequest('a', 'pm_card_refundFail'));
      const reference = paid.kind === 'succeeded' ? paid.reference : '';
      await provider.refund({ refundId: 'r', reference, amount: { amount: 1, currency: 'VND' } });
      const subjects = (await readEvents()).map(({ subject }) => subject);
      expect(subjects).toContainEqual({
        ...{ kind: 'refund', refundId: 'r', reference: expect.stringMatching(/^re_/) },
        ...{ chargeReference: reference, failure: null },
      });
      world.advance(5_000);
      await readEvents();
      expect(await readEvents()).toMatchObject([
        { type: 'refund.failed', subject: { kind: 'refund', refundId: 'r', failure: 'declined' } },
      ]);
    });

    test('An event of a refund that was made at the provider names the refund and its charge', async () => {
      const { provider, engine } = harness;
      const paid = await provider.charge(chargeRequest('a'));
      const chargeReference = paid.kind === 'succeeded' ? paid.reference : '';
      const reference = await refundAtProvider(engine, chargeReference, 5);
      expect(await readEvents()).toContainEqual({
        id: expect.stringMatching(/^evt_/),
        type: 'refund.created',
        subject: { kind: 'refund', refundId: null, reference, chargeReference, failure: null },
      });
    });

    test('An event has the same id in every attempt', async () => {
      const { provider, engine, world } = harness;
      await provider.charge(chargeRequest('a'));
      const ids = new Set<string>();
      for (let attempt = 0; attempt < 3; attempt++) {
        const [event] = await receiveEvents(engine, {}, false);
        if (event !== undefined) ids.add((await read(event))._unsafeUnwrap().id);
        world.advance(20_000);
      }
      expect(ids.size).toBe(1);
    });

    test('An event is accepted within five minutes before and after its signature', async () => {
      const event = await receiveEvent();
      for (const laterMs of [0, 300_000, -300_000]) expect((await read(event, laterMs)).isOk()).toBe(true);
      for (const laterMs of [301_000, -301_000])
        expect((await read(event, laterMs))._unsafeUnwrapErr().kind).toBe('signature_invalid');
    });

    test('A forged event is rejected', async () => {
      const event = await receiveEvent();
      const { body } = event;
      const nowMs = harness.world.clock.nowMs();
      const valid = event.header('stripe-signature') ?? '';
      const forged = [
        { ...event, body: body.replace('1299000', '1') },
        { ...event, body: `${body} ` },
        withHeader(event, null),
        withHeader(event, ''),
        withHeader(event, 'nonsense'),
        withHeader(event, valid.replace('v1=', 'v0=')),
        withHeader(event, valid.replace(/v1=.*/, 'v1=')),
        withHeader(event, valid.replace(/t=\d+/, `t=${Math.floor(nowMs / 1000) + 1}`)),
        withHeader(event, signatureHeader('whsec_of_another', body, nowMs)),
      ];
      expect((await read(event)).isOk()).toBe(true);
      for (const each of forged) expect((await read(each))._unsafeUnwrapErr().kind).toBe('signature_invalid');
    });

    test.each(['', 'null', '[]', '{"id":1}', '<html>', '{"id":"evt_1","type":"x"}'])(
      'A signed body that is not an event is rejected: %s',
      async (body) => {
        const header = signatureHeader(webhookSecret, body, harness.world.clock.nowMs());
        const result = await read(withHeader({ body, header: () => null }, header));
        expect(result._unsafeUnwrapErr().kind).toBe('signature_invalid');
      },
    );

    test('Events about other objects and about payments of others are told apart from ours', async () => {
      const eventOf = (object: unknown) =>
        JSON.stringify({ id: 'evt_1', object: 'event', type: 'some.thing', data: { object } });
      const subjectOf = async (object: unknown) => {
        const body = eventOf(object);
        const header = signatureHeader(webhookSecret, body, harness.world.clock.nowMs());
        return (await read(withHeader({ body, header: () => null }, header)))._unsafeUnwrap().subject;
      };
      expect(await subjectOf({ id: 'cus_1', object: 'customer' })).toEqual({ kind: 'other' });
      expect(await subjectOf({ id: 'ch_1', object: 'charge', refunded: true })).toEqual({ kind: 'other' });
      expect(await subjectOf(null)).toEqual({ kind: 'other' });
      expect(
        await subjectOf({ id: 'pi_1', object: 'payment_intent', status: 'succeeded', metadata: {} }),
      ).toEqual({
        kind: 'payment',
        paymentId: null,
        reference: 'pi_1',
        succeeded: true,
      });
      const foreign = { id: 're_1', object: 'refund', payment_intent: 'pi_1', metadata: {} };
      expect(await subjectOf({ ...foreign, status: 'failed' })).toEqual({
        ...{ kind: 'refund', refundId: null, reference: 're_1', chargeReference: 'pi_1', failure: 'failed' },
      });
      const dispute = { id: 'dp_1', object: 'dispute', amount: 5, currency: 'vnd', payment_intent: 'pi_1' };
      for (const [status, expected] of [
        ['needs_response', 'open'],
        ['under_review', 'open'],
        ['warning_needs_response', 'open'],
        ['a word of tomorrow', 'open'],
        ['won', 'won'],
        ['warning_closed', 'won'],
        ['lost', 'lost'],
      ] as const)
        expect(await subjectOf({ ...dispute, status, created: 9 })).toEqual({
          ...{ kind: 'dispute', chargeReference: 'pi_1' },
          dispute: {
            ...{ reference: 'dp_1', amount: { amount: 5, currency: 'VND' }, reason: 'general' },
            ...{ status: expected, atMs: 9_000 },
          },
        });
      expect(await subjectOf({ ...dispute, amount: 'five' })).toEqual({ kind: 'other' });
      const refundedCharge = { id: 'ch_1', object: 'charge', payment_intent: 'pi_1', amount_refunded: 5 };
      expect(await subjectOf(refundedCharge)).toEqual({
        ...{ kind: 'refund', refundId: null, reference: null, chargeReference: 'pi_1', failure: null },
      });
    });
  });
};
