import { describe, expect, test } from 'bun:test';
import { decodeJwt } from 'jose';
import { codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './reply.ts';
import { type Api, createTestApi, tokenOf } from './testApi.ts';

const tokenCall = (email: unknown, role: unknown) => ({ body: { email, role } });

describe('POST /demo/tokens', () => {
  test('POST /demo/tokens returns a token for 12 hours, and one email address is always the same customer', async () => {
    const { call, world } = createTestApi();
    const reply = expectStatus(
      await call('POST', '/demo/tokens', tokenCall('Lan@Example.com', 'customer')),
      201,
    );
    expect(textAt(reply, 'expiresAt')).toBe('2026-03-01T20:00:00.000Z');
    const token = textAt(reply, 'token');
    expectStatus(await call('GET', '/orders', { token }), 200);
    expect(codeOf(await call('GET', '/queue', { token }))).toBe('403 forbidden');
    // Half a minute more, because clocks differ.
    world.advance(12 * 3_600_000 + 30_000);
    expect(codeOf(await call('GET', '/orders', { token }))).toBe('401 unauthenticated');

    const again = await call('POST', '/demo/tokens', tokenCall('lan@example.com', 'operator'));
    const operator = textAt(again, 'token');
    expectStatus(await call('GET', '/queue', { token: operator }), 200);
    expect(decodeJwt(operator).sub).toBe(decodeJwt(token).sub);
    expect(decodeJwt(token).sub).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    const other = await call('POST', '/demo/tokens', tokenCall('minh@example.com', 'customer'));
    expect(decodeJwt(textAt(other, 'token')).sub).not.toBe(decodeJwt(token).sub);
  });

  test('POST /demo/tokens returns a token with several roles', async () => {
    const { call } = createTestApi();
    const body = { email: 'lan@example.com', roles: ['customer', 'operator'] };
    const token = textAt(expectStatus(await call('POST', '/demo/tokens', { body }), 201), 'token');
    expect(decodeJwt(token).roles).toEqual(['customer', 'operator']);
    expectStatus(await call('GET', '/queue', { token }), 200);
  });

  test.each([
    ['no role at all', {}, ['/role']],
    ['no roles', { roles: [] }, ['/roles']],
    ['an unknown role among others', { roles: ['customer', 'admin'] }, ['/roles/1']],
    ['one role twice', { roles: ['customer', 'customer'] }, ['/roles']],
    ['a role and roles', { role: 'customer', roles: ['customer'] }, ['/role']],
  ])('POST /demo/tokens rejects %s', async (_, body, paths) => {
    const reply = await createTestApi().call('POST', '/demo/tokens', {
      body: { email: 'lan@example.com', ...body },
    });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual(paths);
  });

  test('A demo token is valid if issuer and audience are checked', async () => {
    const key = { kind: 'secret', secret: 'x'.repeat(32) } as const;
    const { call } = createTestApi({ auth: { key, issuer: 'https://shop.example', audience: 'api' } });
    const token = textAt(
      await call('POST', '/demo/tokens', tokenCall('lan@example.com', 'customer')),
      'token',
    );
    expectStatus(await call('GET', '/orders', { token }), 200);
  });

  test.each([
    ['text that is not an email address', 'lan', 'customer', '/email'],
    ['two email addresses', 'a@example.com, b@example.com', 'customer', '/email'],
    ['an email address with a mail header', 'a@example.com\r\nBcc: b@example.com', 'customer', '/email'],
    ['an email address with a right-to-left override', 'a@example\u202e.com', 'customer', '/email'],
    ['a number', 1, 'customer', '/email'],
    ['an unknown role', 'lan@example.com', 'admin', '/role'],
  ])('POST /demo/tokens rejects %s', async (_, email, role, path) => {
    const reply = await createTestApi().call('POST', '/demo/tokens', tokenCall(email, role));
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });
});

describe('GET /demo/mails', () => {
  const mail = (index: number, to: string) => ({
    messageId: `<${index}@cartwright.example>`,
    checkoutId: null,
    orderIds: ['01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01'],
    to,
    subject: `Đơn hàng ${index}`,
    text: 'Cảm ơn bạn.',
    html: '<p>Cảm ơn bạn.</p>',
    attachments: [],
  });

  test('GET /demo/mails pages captured mails newest first and filters by address', async () => {
    const { operator, store, world } = createTestApi();
    for (const [index, to] of ['a@example.com', 'b@example.com', 'a@example.com'].entries()) {
      world.advance(1);
      await store.mailbox.send(mail(index, to));
    }
    const first = await pageOf(operator.get('/demo/mails?limit=2'));
    expect(first.items[0]).toEqual({
      ...mail(2, 'a@example.com'),
      at: '2026-03-01T08:00:00.003Z',
      attachments: [],
    });
    const second = await pageOf(operator.get(`/demo/mails?limit=2&cursor=${first.next}`));
    expect(second.items).toHaveLength(1);
    expect((await pageOf(operator.get('/demo/mails?to=b@example.com'))).items).toHaveLength(1);
    expect(codeOf(await operator.get('/demo/mails?cursor=x'))).toBe('422 validation_failed');
    expect(codeOf(await operator.get('/demo/mails?from=x'))).toBe('422 validation_failed');
  });
});

describe('Email addresses', () => {
  const legal = [
    "o'connor@example.com",
    'user+tag@example.com',
    'a/b@example.com',
    'dörte@münchen.example.com',
  ];
  const illegal = [
    'user@exam\u200bple.com',
    'user@example.com\u200b',
    'a@ex%ample.com',
    'a@b/c.com',
    'a@-b.com',
  ];

  test.each(legal)('The address %s gets a demo token that is accepted', async (email) => {
    const { call } = createTestApi();
    const reply = await call('POST', '/demo/tokens', { body: { email, role: 'customer' } });
    const token = textAt(expectStatus(reply, 201), 'token');
    expectStatus(await call('GET', '/orders', { token }), 200);
  });

  test.each(illegal)('The address %j gets no demo token, and a token with it is rejected', async (email) => {
    const { call, world } = createTestApi();
    const reply = await call('POST', '/demo/tokens', { body: { email, role: 'customer' } });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual(['/email']);
    const token = await tokenOf(world, { sub: 'lan', email, roles: ['customer'] });
    expect(codeOf(await call('GET', '/orders', { token }))).toBe('401 unauthenticated');
  });
});

describe('GET /demo/charges', () => {
  test('GET /demo/charges pages the charges of the simulated provider newest first', async () => {
    const { customer, operator, product } = createTestApi();
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
  /** Pays an order so that the payment waits for its customer. Returns a function that confirms it. */
  const createChallenge = async ({ customer, product }: Api) => {
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

  test('The outcome succeed pays the charge, and a second outcome is 404', async () => {
    const api = createTestApi();
    const { confirm } = await createChallenge(api);
    expect(await charge(api)).toMatchObject({ status: 'requires_action', declineCode: null });
    expect(expectStatus(await confirm('succeed'), 204).body).toBe('');
    expect(await charge(api)).toMatchObject({ status: 'succeeded', declineCode: null });
    for (const outcome of ['succeed', 'fail']) expect(codeOf(await confirm(outcome))).toBe('404 not_found');
    expect(await charge(api)).toMatchObject({ status: 'succeeded' });
  });

  test('The outcome fail declines the charge', async () => {
    const api = createTestApi();
    const { confirm } = await createChallenge(api);
    expectStatus(await confirm('fail'), 204);
    expect(await charge(api)).toMatchObject({ status: 'declined', declineCode: expect.any(String) });
  });

  test('POST /demo/challenges needs the complete client secret', async () => {
    const api = createTestApi();
    const { confirm, clientSecret } = await createChallenge(api);
    const intent = clientSecret.split('_secret_')[0] ?? '';
    for (const secret of [intent, `${clientSecret}x`, clientSecret.slice(0, -1), 'nothing'])
      expect(codeOf(await confirm('succeed', secret))).toBe('404 not_found');
    expect(await charge(api)).toMatchObject({ status: 'requires_action' });
  });

  test('POST /demo/challenges needs the role customer, a client secret and a known outcome', async () => {
    const api = createTestApi();
    const { confirm, clientSecret } = await createChallenge(api);
    expect(pathsOf(await confirm('later'))).toEqual(['/outcome']);
    expect(pathsOf(await confirm('fail', ''))).toEqual(['/clientSecret']);
    const reply = await api.operator.post('/demo/challenges', { clientSecret, outcome: 'succeed' });
    expect(codeOf(reply)).toBe('403 forbidden');
  });
});

test('GET /demo/mails and GET /demo/charges need the role operator', async () => {
  const lan = createTestApi().customer('lan');
  expect(codeOf(await lan.get('/demo/mails'))).toBe('403 forbidden');
  expect(codeOf(await lan.get('/demo/charges'))).toBe('403 forbidden');
});

test('The demo routes do not exist outside of demo mode', async () => {
  const { call, operator } = createTestApi({ demo: false });
  expect(codeOf(await call('POST', '/demo/tokens', tokenCall('lan@example.com', 'operator')))).toBe(
    '404 not_found',
  );
  expect(codeOf(await operator.get('/demo/mails'))).toBe('404 not_found');
  expect(codeOf(await operator.get('/demo/charges'))).toBe('404 not_found');
  expect(codeOf(await createTestApi({ charges: null }).operator.get('/demo/charges'))).toBe('404 not_found');
  for (const changes of [{ demo: false }, { finishChallenge: null }])
    expect(codeOf(await createTestApi(changes).call('POST', '/demo/challenges'))).toBe('404 not_found');
});

test('Demo mode does not start without a secret to sign tokens with', () => {
  const key = { kind: 'jwks', url: 'http://localhost/keys' } as const;
  expect(() => createTestApi({ auth: { key, issuer: null, audience: null } })).toThrow(
    'demo mode needs a secret',
  );
});
