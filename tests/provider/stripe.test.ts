import { describe, expect, test } from 'bun:test';
import type { ChargeOutcome } from '../../core/provider.ts';
import {
  broken,
  createFakeStripe,
  error,
  failed,
  intent,
  json,
  keyTaken,
  type Reply,
  raw,
  searchResult,
} from './fakeStripe.ts';
import { chargeRequest } from './harness.ts';

const succeeded: ChargeOutcome = { kind: 'succeeded', reference: 'pi_1' };
const declined: ChargeOutcome = { kind: 'declined', declineCode: failed.code };
const challenged = intent({ status: 'requires_action' });
const afterFailure = intent({ status: 'requires_payment_method', last_payment_error: failed });
const paths = (sent: readonly { method: string; path: string }[]) =>
  sent.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
const create = 'POST /v1/payment_intents';
const retrieve = 'GET /v1/payment_intents/pi_1';
const cancel = 'POST /v1/payment_intents/pi_1/cancel';
const search = 'GET /v1/payment_intents/search';

describe('Charges', () => {
  test('A charge is one request, with the payment id as its key', async () => {
    const { provider, sent } = createFakeStripe([json(intent())]);
    expect(await provider.charge(chargeRequest('a'))).toEqual(succeeded);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ method: 'POST', path: '/v1/payment_intents', key: 'a' });
    expect(Object.fromEntries(new URLSearchParams(sent[0]?.body))).toEqual({
      amount: '1299000',
      currency: 'vnd',
      payment_method: 'pm_card_visa',
      confirm: 'true',
      'metadata[payment_id]': 'a',
      'automatic_payment_methods[enabled]': 'true',
      'automatic_payment_methods[allow_redirects]': 'never',
      use_stripe_sdk: 'true',
    });
  });

  test.each<[string, readonly Reply[], ChargeOutcome['kind']]>([
    ['has succeeded since', [json(intent({ status: 'processing' })), json(intent())], 'succeeded'],
    ['is still processing', [json(intent({ status: 'processing' }))], 'processing'],
    ['is authorized and not captured', [json(intent({ status: 'requires_capture' }))], 'unknown'],
    ['cannot be read', [json(challenged), raw('', 500)], 'unknown'],
  ])(
    'A charge that did not succeed at once and %s has the outcome of its current state',
    async (_, replies, kind) => {
      const { provider } = createFakeStripe(replies);
      expect((await provider.charge(chargeRequest('a'))).kind).toBe(kind);
    },
  );

  test('A charge that is declined at once is one request', async () => {
    const { provider, sent } = createFakeStripe([
      error(402, { type: 'card_error', code: 'card_declined', decline_code: 'stolen_card' }),
    ]);
    const declined = { kind: 'declined', declineCode: 'card_declined' };
    expect(await provider.charge(chargeRequest('a'))).toMatchObject(declined);
    expect(sent).toHaveLength(1);
  });

  test.each([
    ['amount_too_small', { code: 'amount_too_small', param: 'amount' }],
    ['invalid_payment_method', { code: 'resource_missing', param: 'payment_method' }],
    ['payment_method_unactivated', { code: 'payment_method_unactivated', param: 'payment_method' }],
    ['amount_not_supported', { param: 'currency' }],
    ['invalid_payment_method', { param: 'payment_method' }],
    ['invalid_payment_method', { message: 'The PaymentMethod … may not be used again.' }],
  ])('A charge that Stripe rejects is declined: %s by %j', async (declineCode, fields) => {
    const { provider } = createFakeStripe([error(400, { type: 'invalid_request_error', ...fields })]);
    expect(await provider.charge(chargeRequest('a'))).toEqual({ kind: 'declined', declineCode });
  });

  test('A decline code with characters that no database can store is cleaned', async () => {
    const { provider } = createFakeStripe([
      error(402, { type: 'card_error', decline_code: 'no\ud800\u0000pe' }),
    ]);
    const declined = { kind: 'declined', declineCode: 'no\ufffdpe' };
    expect(await provider.charge(chargeRequest('a'))).toMatchObject(declined);
  });

  test('A charge whose challenge failed is declined only after it is cancelled', async () => {
    const done = createFakeStripe([
      json(challenged),
      json(afterFailure),
      json(intent({ status: 'canceled' })),
    ]);
    expect(await done.provider.charge(chargeRequest('a'))).toEqual(declined);
    expect(paths(done.sent)).toEqual([create, retrieve, cancel]);

    const lost = createFakeStripe([json(challenged), json(afterFailure), broken('ECONNRESET')]);
    expect((await lost.provider.charge(chargeRequest('a'))).kind).toBe('unknown');

    const passed = createFakeStripe([
      json(challenged),
      json(afterFailure),
      error(400, { type: 'invalid_request_error', code: 'payment_intent_unexpected_state' }),
      json(intent()),
    ]);
    expect(await passed.provider.charge(chargeRequest('a'))).toEqual(succeeded);
  });

  test.each([400, 409])(
    'A charge under a spent key is cancelled, if Stripe answers with %d',
    async (status) => {
      const taken = error(status, { type: 'idempotency_error' });
      const { provider, sent } = createFakeStripe([taken, json(intent({ status: 'canceled' }))]);
      expect(await provider.charge(chargeRequest('a'))).toEqual({ kind: 'cancelled' });
      expect(sent.map(({ key }) => key)).toEqual(['a', 'a']);
    },
  );

  test('A charge whose key has parameters of an older release is found by our payment id', async () => {
    const { provider, sent } = createFakeStripe([
      keyTaken,
      keyTaken,
      searchResult(intent({ id: 'pi_2', metadata: {} }), intent()),
    ]);
    expect(await provider.charge(chargeRequest('a'))).toEqual(succeeded);
    expect(paths(sent)).toEqual([create, create, search]);
    const missing = createFakeStripe([keyTaken, keyTaken, searchResult()]);
    expect((await missing.provider.charge(chargeRequest('a'))).kind).toBe('unknown');
  });

  test('A charge under a key to which Stripe repeats an internal error is found by our payment id', async () => {
    const { provider } = createFakeStripe([
      raw('', 500),
      raw('', 500),
      searchResult(intent({ status: 'canceled' }), intent()),
    ]);
    expect(await provider.charge(chargeRequest('a'))).toEqual(succeeded);
  });

  test('A challenge has the URL of the bank’s page if Stripe gives one', async () => {
    const { provider, sent } = createFakeStripe([
      json(challenged),
      json({ ...challenged, next_action: { redirect_to_url: { url: 'https://bank.test/3ds' } } }),
    ]);
    const action = { clientSecret: 'pi_1_secret_x', redirectUrl: 'https://bank.test/3ds' };
    expect(await provider.charge(chargeRequest('a'))).toEqual({
      kind: 'requires_action',
      reference: 'pi_1',
      action,
    });
    expect(paths(sent)).toEqual([create, retrieve]);
  });

  test.each([
    ['KWD', 5, 'kwd'],
    ['MGA', 150, 'mga'],
    ['USD', 0, 'usd'],
    ['USD', 0.5, 'usd'],
  ])('An amount of %s %d is never sent to Stripe', async (currency, amount) => {
    const { provider, sent } = createFakeStripe([json(intent())]);
    const request = { ...chargeRequest('a'), amount: { amount, currency } };
    const notSupported: ChargeOutcome = { kind: 'declined', declineCode: 'amount_not_supported' };
    expect(await provider.charge(request)).toEqual(notSupported);
    expect(await provider.cancel(request)).toEqual(notSupported);
    const refundRequest = { refundId: 'r', reference: 'pi_1', amount: { amount, currency } };
    expect((await provider.refund(refundRequest)).kind).toBe('refused');
    expect(sent).toEqual([]);
  });
});

describe('Cancels', () => {
  const unconfirmed = intent({ status: 'requires_payment_method' });

  test('A cancel spends the key with a request that charges nobody', async () => {
    const { provider, sent } = createFakeStripe([json(unconfirmed)]);
    expect(await provider.cancel(chargeRequest('a'))).toEqual({ kind: 'cancelled' });
    expect(paths(sent)).toEqual([create, cancel]);
    const form = new URLSearchParams(sent[0]?.body);
    expect(sent[0]?.key).toBe('a');
    expect(form.get('confirm')).toBe('false');
    expect(form.get('payment_method')).toBeNull();
  });

  test('A cancel succeeds once the key is spent, even if the PaymentIntent cannot be cancelled', async () => {
    const { provider } = createFakeStripe([json(unconfirmed), raw('', 500)]);
    expect(await provider.cancel(chargeRequest('a'))).toEqual({ kind: 'cancelled' });
  });

  test.each<[string, readonly Reply[], ChargeOutcome]>([
    ['paid', [json(intent())], succeeded],
    ['declined', [error(402, failed)], declined],
    ['paid since', [json(challenged), json(intent())], succeeded],
    [
      'waiting',
      [json(challenged), json(challenged), json(challenged), json(intent({ status: 'canceled' }))],
      { kind: 'cancelled' },
    ],
    ['failed', [json(challenged), json(afterFailure), json(intent({ status: 'canceled' }))], declined],
  ])(
    'A cancel returns the outcome of a charge that was requested before: %s',
    async (_, replies, outcome) => {
      const { provider, sent } = createFakeStripe([keyTaken, ...replies]);
      expect(await provider.cancel(chargeRequest('a'))).toEqual(outcome);
      expect(sent[0]?.key).toBe('a');
      expect(sent[1]?.key).toBe('a');
      expect(sent[1]?.body).toContain('confirm=true');
    },
  );

  test.each<[string, readonly Reply[]]>([
    [
      'not cancelled',
      [
        json(challenged),
        json(challenged),
        json(challenged),
        error(400, { type: 'invalid_request_error' }),
        json(challenged),
      ],
    ],
    ['not found', [keyTaken, searchResult()]],
    ['rejected', [error(429, { type: 'invalid_request_error', code: 'rate_limit' })]],
  ])('A cancel has an unknown outcome if the charge before it is %s', async (_, replies) => {
    const { provider } = createFakeStripe([keyTaken, ...replies]);
    expect((await provider.cancel(chargeRequest('a'))).kind).toBe('unknown');
  });

  test('A cancel whose amount Stripe rejects is a decline, unless the charge is found', async () => {
    const refused = error(400, { type: 'invalid_request_error', code: 'amount_too_small', param: 'amount' });
    const none = createFakeStripe([refused, searchResult()]);
    expect((await none.provider.cancel(chargeRequest('a'))).kind).toBe('declined');
    const existing = createFakeStripe([refused, searchResult(intent())]);
    expect(await existing.provider.cancel(chargeRequest('a'))).toEqual(succeeded);
  });
});

describe('Refunds', () => {
  const refundRequest = { refundId: 'r', reference: 'pi_1', amount: { amount: 100, currency: 'ISK' } };
  const refund = (fields: Readonly<Record<string, unknown>> = {}) => ({
    id: 're_1',
    object: 'refund',
    status: 'succeeded',
    metadata: { refund_id: 'r' },
    ...fields,
  });
  const none = json({ object: 'list', data: [], has_more: false });

  test('A refund is searched first, and then requested under its id', async () => {
    const { provider, sent } = createFakeStripe([none, json(refund())]);
    expect(await provider.refund(refundRequest)).toEqual({ kind: 'succeeded', reference: 're_1' });
    expect(paths(sent)).toEqual(['GET /v1/refunds', 'POST /v1/refunds']);
    expect(sent[1]?.key).toBe('r');
    expect(Object.fromEntries(new URLSearchParams(sent[1]?.body))).toEqual({
      payment_intent: 'pi_1',
      amount: '10000',
      'metadata[refund_id]': 'r',
    });
  });

  test('A refund that was made is not requested again, even if Stripe has forgotten its key', async () => {
    const page = (ids: readonly number[], more: boolean) =>
      json({ object: 'list', data: ids.map((n) => refund({ id: `re_${n}`, metadata: {} })), has_more: more });
    const last = json({ object: 'list', data: [refund({ id: 're_9' })], has_more: true });
    const { provider, sent } = createFakeStripe([page([1, 2], true), page([3, 4], true), last]);
    expect(await provider.refund(refundRequest)).toEqual({ kind: 'succeeded', reference: 're_9' });
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
    expect(sent[2]?.path).toContain('starting_after=re_4');
  });

  test.each<[string, Reply, string]>([
    ['pending', json(refund({ status: 'pending' })), 'pending'],
    ['waiting for the customer', json(refund({ status: 'requires_action' })), 'pending'],
    ['failed', json(refund({ status: 'failed', failure_reason: 'lost_or_stolen_card' })), 'refused'],
    ['canceled', json(refund({ status: 'canceled' })), 'refused'],
    ['of an unknown status', json(refund({ status: 'teleported' })), 'unknown'],
    [
      'already made elsewhere',
      error(400, { type: 'invalid_request_error', code: 'charge_already_refunded' }),
      'refused',
    ],
    ['in dispute', error(400, { type: 'invalid_request_error', code: 'charge_disputed' }), 'refused'],
    ['more than is left', error(400, { type: 'invalid_request_error', param: 'amount' }), 'refused'],
    [
      'invalid for another reason',
      error(400, { type: 'invalid_request_error', code: 'balance_insufficient' }),
      'unavailable',
    ],
    ['under a key of other parameters', keyTaken, 'unknown'],
  ])('The adapter translates the outcome of a refund that is %s', async (_, reply, kind) => {
    const { provider } = createFakeStripe([none, reply]);
    expect((await provider.refund(refundRequest)).kind as string).toBe(kind);
  });

  test('A refund is not requested if the search for it fails', async () => {
    const { provider, sent } = createFakeStripe([raw('', 500)]);
    expect((await provider.refund(refundRequest)).kind).toBe('unknown');
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });
});
