import { describe, expect, test } from 'bun:test';
import { decodeJwt } from 'jose';
import { type Api, apiOver, codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './api.ts';

const ask = (email: unknown, role: unknown) => ({ body: { email, role } });

describe('POST /demo/tokens', () => {
  test('gives a token of 12 hours that works, the same customer for the same email', async () => {
    const { call, world } = apiOver();
    const reply = expectStatus(await call('POST', '/demo/tokens', ask('Lan@Example.com', 'customer')), 201);
    expect(textAt(reply, 'expiresAt')).toBe('2026-03-01T20:00:00.000Z');
    const token = textAt(reply, 'token');
    expectStatus(await call('GET', '/orders', { token }), 200);
    expect(codeOf(await call('GET', '/queue', { token }))).toBe('403 forbidden');
    world.advance(12 * 3_600_000);
    expect(codeOf(await call('GET', '/orders', { token }))).toBe('401 unauthenticated');

    const again = await call('POST', '/demo/tokens', ask('lan@example.com', 'operator'));
    const operator = textAt(again, 'token');
    expectStatus(await call('GET', '/queue', { token: operator }), 200);
    expect(decodeJwt(operator).sub).toBe(decodeJwt(token).sub);
    expect(decodeJwt(token).sub).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    const other = await call('POST', '/demo/tokens', ask('minh@example.com', 'customer'));
    expect(decodeJwt(textAt(other, 'token')).sub).not.toBe(decodeJwt(token).sub);
  });

  test('gives one that holds where issuer and audience are checked', async () => {
    const key = { kind: 'secret', secret: 'x'.repeat(32) } as const;
    const { call } = apiOver({ auth: { key, issuer: 'https://shop.example', audience: 'api' } });
    const token = textAt(await call('POST', '/demo/tokens', ask('lan@example.com', 'customer')), 'token');
    expectStatus(await call('GET', '/orders', { token }), 200);
  });

  test.each([
    ['no address', 'lan', 'customer', '/email'],
    ['two addresses', 'a@example.com, b@example.com', 'customer', '/email'],
    ['a header of its own', 'a@example.com\r\nBcc: b@example.com', 'customer', '/email'],
    ['a number', 1, 'customer', '/email'],
    ['an unknown role', 'lan@example.com', 'admin', '/role'],
  ])('refuses %s', async (_, email, role, path) => {
    const reply = await apiOver().call('POST', '/demo/tokens', ask(email, role));
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });
});

describe('GET /demo/mails', () => {
  const mail = (index: number, to: string) => ({
    messageId: `<${index}@cartwright.example>`,
    orderId: '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01',
    to,
    subject: `Đơn hàng ${index}`,
    text: 'Cảm ơn bạn.',
    html: '<p>Cảm ơn bạn.</p>',
  });

  test('lists what was captured, newest first and page by page, and by address', async () => {
    const { operator, store, world } = apiOver();
    for (const [index, to] of ['a@example.com', 'b@example.com', 'a@example.com'].entries()) {
      world.advance(1);
      await store.mailbox.send(mail(index, to));
    }
    const first = await pageOf(operator.get('/demo/mails?limit=2'));
    expect(first.items[0]).toEqual({ ...mail(2, 'a@example.com'), at: '2026-03-01T08:00:00.003Z' });
    const second = await pageOf(operator.get(`/demo/mails?limit=2&cursor=${first.next}`));
    expect(second.items).toHaveLength(1);
    expect((await pageOf(operator.get('/demo/mails?to=b@example.com'))).items).toHaveLength(1);
    expect(codeOf(await operator.get('/demo/mails?cursor=x'))).toBe('422 validation_failed');
    expect(codeOf(await operator.get('/demo/mails?from=x'))).toBe('422 validation_failed');
  });
});

describe('GET /demo/charges', () => {
  test('lists the provider’s books, newest first and page by page', async () => {
    const { customer, operator, product } = apiOver();
    const lan = customer('lan');
    const paid = await lan.checkOut([await lan.order(await product())]);
    await lan.checkOut([await lan.order(await product())], crypto.randomUUID(), 'pm_card_chargeDeclined');
    const first = await pageOf(operator.get('/demo/charges?limit=1'));
    expect(first.items).toMatchObject([{ status: 'declined', declineCode: 'card_declined' }]);
    const second = await pageOf(operator.get(`/demo/charges?limit=1&cursor=${first.next}`));
    expect(second.items).toMatchObject([
      { idempotencyKey: textAt(paid, 'checkoutId'), amount: 199_000, currency: 'VND', status: 'succeeded' },
    ]);
    expect(valueAt(second.items[0], 'createdAt')).toBe('2026-03-01T08:00:00.000Z');
    expect(second.next).toBeNull();
  });
});

describe('POST /demo/challenges', () => {
  /** A payment that waits for its customer, and what it is confirmed with. */
  const challenge = async ({ customer, product }: Api) => {
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    const key = crypto.randomUUID();
    const reply = await lan.checkOut(orderIds, key, 'pm_card_authenticationRequired');
    const clientSecret = textAt(expectStatus(reply, 202), 'action', 'clientSecret');
    const confirm = (outcome: string, secret = clientSecret) =>
      lan.post('/demo/challenges', { clientSecret: secret, outcome });
    return { confirm, clientSecret, lan };
  };
  const charge = async ({ operator }: Api) => (await pageOf(operator.get('/demo/charges'))).items[0];

  test('pays, once', async () => {
    const api = apiOver();
    const { confirm } = await challenge(api);
    expect(await charge(api)).toMatchObject({ status: 'requires_action', declineCode: null });
    expect(expectStatus(await confirm('succeed'), 204).body).toBe('');
    expect(await charge(api)).toMatchObject({ status: 'succeeded', declineCode: null });
    for (const outcome of ['succeed', 'fail']) expect(codeOf(await confirm(outcome))).toBe('404 not_found');
    expect(await charge(api)).toMatchObject({ status: 'succeeded' });
  });

  test('or fails to', async () => {
    const api = apiOver();
    const { confirm } = await challenge(api);
    expectStatus(await confirm('fail'), 204);
    expect(await charge(api)).toMatchObject({ status: 'declined', declineCode: expect.any(String) });
  });

  test('needs the whole secret', async () => {
    const api = apiOver();
    const { confirm, clientSecret } = await challenge(api);
    const intent = clientSecret.split('_secret_')[0] ?? '';
    for (const secret of [intent, `${clientSecret}x`, clientSecret.slice(0, -1), 'nothing'])
      expect(codeOf(await confirm('succeed', secret))).toBe('404 not_found');
    expect(await charge(api)).toMatchObject({ status: 'requires_action' });
  });

  test('is a customer’s, and takes one of two outcomes', async () => {
    const api = apiOver();
    const { confirm, clientSecret } = await challenge(api);
    expect(pathsOf(await confirm('later'))).toEqual(['/outcome']);
    expect(pathsOf(await confirm('fail', ''))).toEqual(['/clientSecret']);
    const asked = await api.operator.post('/demo/challenges', { clientSecret, outcome: 'succeed' });
    expect(codeOf(asked)).toBe('403 forbidden');
  });
});

test('what the demo shows is an operator’s', async () => {
  const lan = apiOver().customer('lan');
  expect(codeOf(await lan.get('/demo/mails'))).toBe('403 forbidden');
  expect(codeOf(await lan.get('/demo/charges'))).toBe('403 forbidden');
});

test('outside demo mode there is nothing of it', async () => {
  const { call, operator } = apiOver({ demo: false });
  expect(codeOf(await call('POST', '/demo/tokens', ask('lan@example.com', 'operator')))).toBe(
    '404 not_found',
  );
  expect(codeOf(await operator.get('/demo/mails'))).toBe('404 not_found');
  expect(codeOf(await operator.get('/demo/charges'))).toBe('404 not_found');
  expect(codeOf(await apiOver({ charges: null }).operator.get('/demo/charges'))).toBe('404 not_found');
  for (const without of [{ demo: false }, { finishChallenge: null }])
    expect(codeOf(await apiOver(without).call('POST', '/demo/challenges'))).toBe('404 not_found');
});

test('a demo without a secret to sign with does not start', () => {
  const key = { kind: 'jwks', url: 'http://localhost/keys' } as const;
  expect(() => apiOver({ auth: { key, issuer: null, audience: null } })).toThrow('demo mode needs a secret');
});
