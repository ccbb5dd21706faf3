import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { confirm } from '../../adapters/sandbox/intents.ts';
import { signed } from '../../adapters/sandbox/signature.ts';
import type { WebhookRequest } from '../../core/provider.ts';
import { deliveries, type Ground, request, secret } from './harness.ts';

type Opened = { readonly ground: Ground; close(): Promise<void> };

/** What every payment provider owes where it tells something by itself. */
export const eventSuite = (name: string, open: () => Promise<Opened>): void => {
  describe(`${name}: events`, () => {
    let opened: Opened;
    let ground: Ground;
    beforeEach(async () => {
      opened = await open();
      ground = opened.ground;
    });
    afterEach(() => opened.close());

    /** What the next events are about, in any order. */
    const told = async () => {
      const { engine, provider, world } = ground;
      const arrived = await deliveries(engine);
      const read = await Promise.all(arrived.map((each) => provider.readEvent(each, world.clock.nowMs())));
      return read.map((each) => each._unsafeUnwrap());
    };
    const one = async (): Promise<WebhookRequest> => {
      await ground.provider.charge(request('a'));
      const [delivery] = await deliveries(ground.engine);
      if (delivery === undefined) throw new Error('nothing was told');
      return delivery;
    };
    const read = (delivery: WebhookRequest, laterMs = 0) =>
      ground.provider.readEvent(delivery, ground.world.clock.nowMs() + laterMs);
    const withHeader = ({ body }: WebhookRequest, header: string | null): WebhookRequest => ({
      body,
      header: (each) => (each === 'stripe-signature' ? header : null),
    });

    test('name the payment, and prove that the money moved only where it did', async () => {
      const { provider, engine } = ground;
      await provider.charge(request('paid'));
      await provider.charge(request('declined', 'pm_card_chargeDeclined'));
      const waiting = await provider.charge(request('waiting', 'pm_card_authenticationRequired'));
      const reference = waiting.kind === 'requires_action' ? waiting.reference : '';
      const subjects = new Map((await told()).map(({ type, subject }) => [type, subject]));
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
      expect(await told()).toMatchObject([
        { type: 'payment_intent.succeeded', subject: { paymentId: 'waiting', reference, succeeded: true } },
      ]);
    });

    test('name the refund, and why it came back', async () => {
      const { provider, world } = ground;
      const paid = await provider.charge(request('a', 'pm_card_refundFail'));
      const reference = paid.kind === 'succeeded' ? paid.reference : '';
      await provider.refund({ refundId: 'r', reference, amount: { amount: 1, currency: 'VND' } });
      const subjects = (await told()).map(({ subject }) => subject);
      expect(subjects).toContainEqual({ kind: 'refund', refundId: 'r', failure: null });
      world.advance(5_000);
      await told();
      expect(await told()).toMatchObject([
        { type: 'refund.failed', subject: { kind: 'refund', refundId: 'r', failure: 'declined' } },
      ]);
    });

    test('have an id that is the same for every delivery', async () => {
      const { provider, engine, world } = ground;
      await provider.charge(request('a'));
      const bodies = new Set<string>();
      for (let times = 0; times < 3; times++) {
        const [delivery] = await deliveries(engine, {}, false);
        if (delivery !== undefined) bodies.add((await read(delivery))._unsafeUnwrap().id);
        world.advance(20_000);
      }
      expect(bodies.size).toBe(1);
    });

    test('are believed within five minutes of their signature, both ways', async () => {
      const delivery = await one();
      for (const laterMs of [0, 300_000, -300_000]) expect((await read(delivery, laterMs)).isOk()).toBe(true);
      for (const laterMs of [301_000, -301_000])
        expect((await read(delivery, laterMs))._unsafeUnwrapErr().kind).toBe('signature_invalid');
    });

    test('that are forged are not believed', async () => {
      const delivery = await one();
      const { body } = delivery;
      const nowMs = ground.world.clock.nowMs();
      const good = delivery.header('stripe-signature') ?? '';
      const forged = [
        { ...delivery, body: body.replace('1299000', '1') },
        { ...delivery, body: `${body} ` },
        withHeader(delivery, null),
        withHeader(delivery, ''),
        withHeader(delivery, 'nonsense'),
        withHeader(delivery, good.replace('v1=', 'v0=')),
        withHeader(delivery, good.replace(/v1=.*/, 'v1=')),
        withHeader(delivery, good.replace(/t=\d+/, `t=${Math.floor(nowMs / 1000) + 1}`)),
        withHeader(delivery, signed('whsec_of_another', body, nowMs)),
      ];
      expect((await read(delivery)).isOk()).toBe(true);
      for (const each of forged) expect((await read(each))._unsafeUnwrapErr().kind).toBe('signature_invalid');
    });

    test.each(['', 'null', '[]', '{"id":1}', '<html>', '{"id":"evt_1","type":"x"}'])(
      'that are signed and no events are not believed: %s',
      async (body) => {
        const header = signed(secret, body, ground.world.clock.nowMs());
        const answer = await read(withHeader({ body, header: () => null }, header));
        expect(answer._unsafeUnwrapErr().kind).toBe('signature_invalid');
      },
    );

    test('of other things, and of others’ payments, are told from ours', async () => {
      const eventOf = (object: unknown) =>
        JSON.stringify({ id: 'evt_1', object: 'event', type: 'some.thing', data: { object } });
      const subjectOf = async (object: unknown) => {
        const body = eventOf(object);
        const header = signed(secret, body, ground.world.clock.nowMs());
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
      expect(await subjectOf({ id: 're_1', object: 'refund', status: 'failed', metadata: {} })).toEqual({
        kind: 'refund',
        refundId: null,
        failure: 'failed',
      });
    });
  });
};
