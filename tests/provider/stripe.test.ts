import { describe, expect, test } from 'bun:test';
import type { ChargeOutcome } from '../../core/provider.ts';
import {
  broken,
  error,
  facing,
  failed,
  found,
  intent,
  json,
  keyTaken,
  type Reply,
  raw,
} from './fakeStripe.ts';
import { request } from './harness.ts';

const succeeded: ChargeOutcome = { kind: 'succeeded', reference: 'pi_1' };
const declined: ChargeOutcome = { kind: 'declined', declineCode: failed.code };
const challenged = intent({ status: 'requires_action' });
const afterFailure = intent({ status: 'requires_payment_method', last_payment_error: failed });
const paths = (sent: readonly { method: string; path: string }[]) =>
  sent.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
const create = 'POST /v1/payment_intents';
const look = 'GET /v1/payment_intents/pi_1';
const callOff = 'POST /v1/payment_intents/pi_1/cancel';
const search = 'GET /v1/payment_intents/search';

describe('a charge', () => {
  test('is one request, with the payment as its key', async () => {
    const { provider, sent } = facing([json(intent())]);
    expect(await provider.charge(request('a'))).toEqual(succeeded);
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
    ['is done by now', [json(intent({ status: 'processing' })), json(intent())], 'succeeded'],
    ['is not done yet', [json(intent({ status: 'processing' }))], 'unknown'],
    ['is held and not taken', [json(intent({ status: 'requires_capture' }))], 'unknown'],
    ['cannot be looked at', [json(challenged), raw('', 500)], 'unknown'],
  ])('that was not done at once and %s', async (_, replies, kind) => {
    const { provider } = facing(replies);
    expect((await provider.charge(request('a'))).kind).toBe(kind);
  });

  test('that was declined at once is one request', async () => {
    const { provider, sent } = facing([
      error(402, { type: 'card_error', code: 'card_declined', decline_code: 'stolen_card' }),
    ]);
    expect(await provider.charge(request('a'))).toEqual({ kind: 'declined', declineCode: 'card_declined' });
    expect(sent).toHaveLength(1);
  });

  test.each([
    ['amount_too_small', 'amount', 'amount_too_small'],
    ['resource_missing', 'payment_method', 'invalid_payment_method'],
    ['payment_method_unactivated', 'payment_method', 'payment_method_unactivated'],
  ])('that is turned away with %s is declined', async (code, param, declineCode) => {
    const { provider } = facing([error(400, { type: 'invalid_request_error', code, param })]);
    expect(await provider.charge(request('a'))).toEqual({ kind: 'declined', declineCode });
  });

  test('that was declined in words that no database can keep is declined in others', async () => {
    const { provider } = facing([error(402, { type: 'card_error', decline_code: 'no\ud800\u0000pe' })]);
    const declined = { kind: 'declined', declineCode: 'no\ufffdpe' };
    expect(await provider.charge(request('a'))).toMatchObject(declined);
  });

  test('whose challenge failed is declined once it is called off, and not before', async () => {
    const done = facing([json(challenged), json(afterFailure), json(intent({ status: 'canceled' }))]);
    expect(await done.provider.charge(request('a'))).toEqual(declined);
    expect(paths(done.sent)).toEqual([create, look, callOff]);

    const lost = facing([json(challenged), json(afterFailure), broken('ECONNRESET')]);
    expect((await lost.provider.charge(request('a'))).kind).toBe('unknown');

    const met = facing([
      json(challenged),
      json(afterFailure),
      error(400, { type: 'invalid_request_error', code: 'payment_intent_unexpected_state' }),
      json(intent()),
    ]);
    expect(await met.provider.charge(request('a'))).toEqual(succeeded);
  });

  test.each([400, 409])('whose key is burnt is cancelled, as told with %d', async (status) => {
    const taken = error(status, { type: 'idempotency_error' });
    const { provider, sent } = facing([taken, json(intent({ status: 'canceled' }))]);
    expect(await provider.charge(request('a'))).toEqual({ kind: 'cancelled' });
    expect(sent.map(({ key }) => key)).toEqual(['a', 'a']);
  });

  test('whose key stands under parameters that we no longer send is found by our own id', async () => {
    const { provider, sent } = facing([
      keyTaken,
      keyTaken,
      found(intent({ id: 'pi_2', metadata: {} }), intent()),
    ]);
    expect(await provider.charge(request('a'))).toEqual(succeeded);
    expect(paths(sent)).toEqual([create, create, search]);
    const nobody = facing([keyTaken, keyTaken, found()]);
    expect((await nobody.provider.charge(request('a'))).kind).toBe('unknown');
  });

  test('under a key that Stripe answers with its own error for ever is found by our own id', async () => {
    const { provider } = facing([
      raw('', 500),
      raw('', 500),
      found(intent({ status: 'canceled' }), intent()),
    ]);
    expect(await provider.charge(request('a'))).toEqual(succeeded);
  });

  test('has a page to come back to where one is set', async () => {
    const { provider, sent } = facing([
      json(challenged),
      json({ ...challenged, next_action: { redirect_to_url: { url: 'https://bank.test/3ds' } } }),
    ]);
    const action = { clientSecret: 'pi_1_secret_x', redirectUrl: 'https://bank.test/3ds' };
    expect(await provider.charge(request('a'))).toEqual({
      kind: 'requires_action',
      reference: 'pi_1',
      action,
    });
    expect(paths(sent)).toEqual([create, look]);
  });

  test.each([
    ['KWD', 5, 'kwd'],
    ['MGA', 150, 'mga'],
    ['USD', 0, 'usd'],
    ['USD', 0.5, 'usd'],
  ])('of %s %d cannot be asked for', async (currency, amount) => {
    const { provider, sent } = facing([json(intent())]);
    const asked = { ...request('a'), amount: { amount, currency } };
    const refused: ChargeOutcome = { kind: 'declined', declineCode: 'amount_not_supported' };
    expect(await provider.charge(asked)).toEqual(refused);
    expect(await provider.cancel(asked)).toEqual(refused);
    const back = { refundId: 'r', reference: 'pi_1', amount: { amount, currency } };
    expect((await provider.refund(back)).kind).toBe('refused');
    expect(sent).toEqual([]);
  });
});

describe('a cancel', () => {
  const burnt = intent({ status: 'requires_payment_method' });

  test('burns the key with a request that charges nobody', async () => {
    const { provider, sent } = facing([json(burnt)]);
    expect(await provider.cancel(request('a'))).toEqual({ kind: 'cancelled' });
    expect(paths(sent)).toEqual([create, callOff]);
    const form = new URLSearchParams(sent[0]?.body);
    expect(sent[0]?.key).toBe('a');
    expect(form.get('confirm')).toBe('false');
    expect(form.get('payment_method')).toBeNull();
  });

  test('is done once the key is burnt, also where the tidying fails', async () => {
    const { provider } = facing([json(burnt), raw('', 500)]);
    expect(await provider.cancel(request('a'))).toEqual({ kind: 'cancelled' });
  });

  test.each<[string, readonly Reply[], ChargeOutcome]>([
    ['paid', [json(intent())], succeeded],
    ['declined', [error(402, failed)], declined],
    ['paid meanwhile', [json(challenged), json(intent())], succeeded],
    [
      'waiting',
      [json(challenged), json(challenged), json(challenged), json(intent({ status: 'canceled' }))],
      { kind: 'cancelled' },
    ],
    ['failed', [json(challenged), json(afterFailure), json(intent({ status: 'canceled' }))], declined],
  ])('answers the charge that had been asked for: %s', async (_, replies, outcome) => {
    const { provider, sent } = facing([keyTaken, ...replies]);
    expect(await provider.cancel(request('a'))).toEqual(outcome);
    expect(sent[0]?.key).toBe('a');
    expect(sent[1]?.key).toBe('a');
    expect(sent[1]?.body).toContain('confirm=true');
  });

  test.each<[string, readonly Reply[]]>([
    ['on its way at the bank', [json(intent({ status: 'processing' }))]],
    [
      'not called off',
      [
        json(challenged),
        json(challenged),
        json(challenged),
        error(400, { type: 'invalid_request_error' }),
        json(challenged),
      ],
    ],
    ['not found', [keyTaken, found()]],
    ['turned away', [error(429, { type: 'invalid_request_error', code: 'rate_limit' })]],
  ])('is not known where that charge is %s', async (_, replies) => {
    const { provider } = facing([keyTaken, ...replies]);
    expect((await provider.cancel(request('a'))).kind).toBe('unknown');
  });

  test('that Stripe will not hear of the amount is a decline, unless the charge is found', async () => {
    const refused = error(400, { type: 'invalid_request_error', code: 'amount_too_small', param: 'amount' });
    const none = facing([refused, found()]);
    expect((await none.provider.cancel(request('a'))).kind).toBe('declined');
    const some = facing([refused, found(intent())]);
    expect(await some.provider.cancel(request('a'))).toEqual(succeeded);
  });
});

describe('a refund', () => {
  const back = { refundId: 'r', reference: 'pi_1', amount: { amount: 100, currency: 'ISK' } };
  const refund = (fields: Readonly<Record<string, unknown>> = {}) => ({
    id: 're_1',
    object: 'refund',
    status: 'succeeded',
    metadata: { refund_id: 'r' },
    ...fields,
  });
  const none = json({ object: 'list', data: [], has_more: false });

  test('is looked for first, and then asked for under its id', async () => {
    const { provider, sent } = facing([none, json(refund())]);
    expect(await provider.refund(back)).toEqual({ kind: 'succeeded', reference: 're_1' });
    expect(paths(sent)).toEqual(['GET /v1/refunds', 'POST /v1/refunds']);
    expect(sent[1]?.key).toBe('r');
    expect(Object.fromEntries(new URLSearchParams(sent[1]?.body))).toEqual({
      payment_intent: 'pi_1',
      amount: '10000',
      'metadata[refund_id]': 'r',
    });
  });

  test('that was made is not asked for again, though its key may be forgotten', async () => {
    const page = (ids: readonly number[], more: boolean) =>
      json({ object: 'list', data: ids.map((n) => refund({ id: `re_${n}`, metadata: {} })), has_more: more });
    const last = json({ object: 'list', data: [refund({ id: 're_9' })], has_more: true });
    const { provider, sent } = facing([page([1, 2], true), page([3, 4], true), last]);
    expect(await provider.refund(back)).toEqual({ kind: 'succeeded', reference: 're_9' });
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
    expect(sent[2]?.path).toContain('starting_after=re_4');
  });

  test.each<[string, Reply, string]>([
    ['pending', json(refund({ status: 'pending' })), 'pending'],
    ['waiting for the customer', json(refund({ status: 'requires_action' })), 'pending'],
    ['failed', json(refund({ status: 'failed', failure_reason: 'lost_or_stolen_card' })), 'refused'],
    ['canceled', json(refund({ status: 'canceled' })), 'refused'],
    ['of a status that nobody knows', json(refund({ status: 'teleported' })), 'unknown'],
    [
      'already done elsewhere',
      error(400, { type: 'invalid_request_error', code: 'charge_already_refunded' }),
      'refused',
    ],
    ['in dispute', error(400, { type: 'invalid_request_error', code: 'charge_disputed' }), 'refused'],
    ['more than is left', error(400, { type: 'invalid_request_error', param: 'amount' }), 'refused'],
    [
      'wrong for another reason',
      error(400, { type: 'invalid_request_error', code: 'balance_insufficient' }),
      'unavailable',
    ],
    ['under a key of other parameters', keyTaken, 'unknown'],
  ])('that is %s', async (_, reply, kind) => {
    const { provider } = facing([none, reply]);
    expect((await provider.refund(back)).kind as string).toBe(kind);
  });

  test('is not made where nobody can say whether it was', async () => {
    const { provider, sent } = facing([raw('', 500)]);
    expect((await provider.refund(back)).kind).toBe('unknown');
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });
});
