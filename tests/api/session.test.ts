import { describe, expect, test } from 'bun:test';
import { type Reply, valueAt } from './reply.ts';
import { serviceKeyBody } from './serviceKeyResponses.ts';
import { createTestApi, tokenOf } from './testApi.ts';

type Api = ReturnType<typeof createTestApi>;

const cookiesOf = (reply: Reply): readonly string[] => reply.headers.getSetCookie();

/** The header `Cookie` of a browser that has taken these. */
const cookieHeaderOf = (setCookies: readonly string[]): string =>
  setCookies
    .filter((cookie) => !cookie.endsWith('Max-Age=0'))
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

const signIn = async ({ call, world }: Api, claims = {}, headers = {}) => {
  const token = await tokenOf(world, {
    sub: 'lan',
    email: 'lan@example.com',
    roles: ['customer'],
    ...claims,
  });
  const reply = await call('POST', '/session', { body: { token }, headers });
  return { token, reply, cookies: cookiesOf(reply), cookie: cookieHeaderOf(cookiesOf(reply)) };
};

const statusOf = async ({ call }: Api, headers: Readonly<Record<string, string>>, path = '/orders') =>
  (await call('GET', path, { headers })).status;

const sameOrigin = { 'sec-fetch-site': 'same-origin' };

describe('The session of a page', () => {
  test('The cookie is bound to the host, unreadable for scripts, and lasts as long as its token', async () => {
    const api = createTestApi({ demo: false });
    const { reply, token, cookies } = await signIn(api);
    expect(reply.status).toBe(204);
    expect(cookies).toEqual([`__Host-cw=${token}; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=7200`]);
  });

  test('The cookie of demo mode also works where there is no https', async () => {
    const { cookies, token } = await signIn(createTestApi({ demo: true }));
    expect(cookies).toEqual([`cw=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=7200`]);
  });

  test('A token that is too long for one cookie is cut, and its parts are the session', async () => {
    const api = createTestApi({ demo: false });
    for (const [size, count] of [
      [2_400, 1],
      [3_000, 2],
      [5_700, 3],
    ] as const) {
      const { cookies, cookie, reply } = await signIn(api, { note: 'x'.repeat(size) });
      expect(reply.status).toBe(204);
      expect(cookies.length).toBe(count);
      const names = ['__Host-cw-1', '__Host-cw-2', '__Host-cw-3'].slice(0, count);
      expect(cookies.map((each) => each.split('=')[0])).toEqual(count === 1 ? ['__Host-cw'] : names);
      for (const each of cookies) expect(each.length).toBeLessThan(4_096);
      expect(await statusOf(api, { cookie, ...sameOrigin })).toBe(200);
    }
  });

  test('A new session removes the cookies of the old one that it does not replace', async () => {
    const api = createTestApi({ demo: false });
    const long = await signIn(api, { note: 'x'.repeat(3_000) });
    const short = await signIn(api, {}, { cookie: long.cookie });
    expect(short.cookies.map((each) => each.replace(/=[^;]+;/, '=…;').split(';')[0])).toEqual([
      '__Host-cw=…',
      '__Host-cw-1=',
      '__Host-cw-2=',
    ]);
    expect(short.cookies.at(-1)).toEndWith('Max-Age=0');
    const again = await signIn(api, { note: 'x'.repeat(3_000) }, { cookie: short.cookie });
    expect(again.cookies.at(-1)).toBe('__Host-cw=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0');
  });

  test('Signing out removes every cookie of the session', async () => {
    const api = createTestApi({ demo: false });
    const { cookie } = await signIn(api, { note: 'x'.repeat(3_000) });
    const reply = await api.call('DELETE', '/session', { headers: { cookie } });
    expect(reply.status).toBe(204);
    expect(cookiesOf(reply).map((each) => each.split('=')[0])).toEqual([
      '__Host-cw',
      '__Host-cw-1',
      '__Host-cw-2',
    ]);
    for (const each of cookiesOf(reply)) expect(each).toEndWith('Max-Age=0');
  });

  test('A token that is not valid gives no session', async () => {
    const api = createTestApi();
    const { world } = api;
    const expired = await tokenOf(world, { sub: 'lan', exp: Math.floor(world.clock.nowMs() / 1000) - 31 });
    const foreign = await tokenOf(world, { sub: 'lan' }, 'another secret of well over thirty-two bytes');
    for (const token of ['x', 'a; Domain=example.com', expired, foreign, 'cwk_short']) {
      const reply = await api.call('POST', '/session', { body: { token } });
      expect(reply.status).toBe(401);
      expect(reply.headers.get('www-authenticate')).toStartWith('Bearer error="invalid_token"');
      expect(cookiesOf(reply)).toEqual([]);
    }
  });

  test('A service key gives no session', async () => {
    const api = createTestApi();
    const made = await api.operator.post('/keys', serviceKeyBody);
    const key = valueAt(made.body, 'key');
    expect(typeof key).toBe('string');
    expect((await api.call('POST', '/session', { body: { token: key } })).status).toBe(401);
  });
});

describe('The cookie of a session', () => {
  test.each([
    ['same-origin', 200],
    ['same-site', 401],
    ['cross-site', 401],
    ['none', 401],
    ['', 401],
    [null, 401],
  ])('A request with the cookie and Sec-Fetch-Site %p gets %p', async (site, status) => {
    const api = createTestApi();
    const { cookie } = await signIn(api);
    const headers = site === null ? { cookie } : { cookie, 'sec-fetch-site': site };
    expect(await statusOf(api, headers)).toBe(status);
  });

  test('A form or a script of another site can do nothing with the cookie', async () => {
    const api = createTestApi();
    const { cookie } = await signIn(api);
    const forged = { cookie, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const key = { 'idempotency-key': crypto.randomUUID() };
    for (const [method, path] of [
      ['POST', '/orders'],
      ['POST', '/checkouts'],
      ['DELETE', '/orders/01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01'],
    ] as const)
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
        const headers = { ...forged, ...key, 'content-type': type };
        expect((await api.call(method, path, { body: '{}', headers })).status).toBe(401);
      }
  });

  test('A bearer token wins over the cookie, also if it is wrong', async () => {
    const api = createTestApi();
    const { cookie } = await signIn(api);
    const headers = { cookie, ...sameOrigin };
    const token = await api.operator.token();
    const { body } = await api.call('GET', '/session', { token, headers });
    expect(valueAt(body, 'customerId')).toBe('operator-1');
    expect((await api.call('GET', '/orders', { token: 'wrong', headers })).status).toBe(401);
  });

  test('The password of a proxy in front of the shop is no bearer token, so the cookie counts', async () => {
    const api = createTestApi();
    const { cookie } = await signIn(api);
    for (const [authorization, status] of [
      ['Basic bGFuOnB3', 200],
      ['Digest username="lan"', 200],
      ['Bearer', 401],
      ['bearer  ', 401],
      ['Bearer wrong', 401],
    ] as const) {
      const headers = { cookie, authorization, ...sameOrigin };
      expect(await statusOf(api, headers)).toBe(status);
      const { body } = await api.call('GET', '/session', { headers });
      expect(body === null ? 401 : 200).toBe(status);
    }
    expect(await statusOf(api, { cookie, authorization: 'Basic bGFuOnB3' })).toBe(401);
  });

  test('Only the name of this mode counts, and other cookies are ignored', async () => {
    const shop = createTestApi({ demo: false });
    const { token } = await signIn(shop);
    const cookies = { [`cw=${token}`]: 401, [`a=b; __Host-cw=${token}; c`]: 200, '__Host-cw=': 401 };
    for (const [cookie, status] of Object.entries(cookies))
      expect(await statusOf(shop, { cookie, ...sameOrigin })).toBe(status);
    const demo = createTestApi({ demo: true });
    expect(await statusOf(demo, { cookie: `__Host-cw=${token}`, ...sameOrigin })).toBe(401);
  });

  test('The session ends with its token', async () => {
    const api = createTestApi();
    const { cookie } = await signIn(api);
    api.world.advance(7_231_000);
    expect(await statusOf(api, { cookie, ...sameOrigin })).toBe(401);
  });
});

describe('GET /session', () => {
  test('It says who is signed in, and until when', async () => {
    const api = createTestApi();
    const { cookie } = await signIn(api, { roles: ['customer', 'operator'], permissions: ['queue:read'] });
    const reply = await api.call('GET', '/session', { headers: { cookie, ...sameOrigin } });
    expect(reply.status).toBe(200);
    const exp = (Math.floor(api.world.clock.nowMs() / 1000) + 7_200) * 1000;
    expect(reply.body).toEqual({
      customerId: 'lan',
      email: 'lan@example.com',
      roles: ['customer', 'operator'],
      permissions: ['queue:read'],
      expiresAt: new Date(exp).toISOString(),
    });
  });

  test.each([
    ['milliseconds', 1_800_000_000_000],
    ['a time that no clock has', 1e15],
    ['never', 1e300],
  ])('A token that ends at %s is a session, and its end is a time of RFC 3339', async (_, exp) => {
    const api = createTestApi();
    const { cookie, cookies } = await signIn(api, { exp });
    expect(cookies).toEqual([expect.stringMatching(/; Max-Age=\d{1,12}$/)]);
    const reply = await api.call('GET', '/session', { headers: { cookie, ...sameOrigin } });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ customerId: 'lan', expiresAt: '9999-12-31T23:59:59.999Z' });
  });

  test('It is null and no problem without a session that counts', async () => {
    const api = createTestApi();
    const { cookie } = await signIn(api);
    for (const headers of [
      {},
      { cookie },
      { cookie: 'cw=x', ...sameOrigin },
      { cookie: 'cw-1=x', ...sameOrigin },
    ]) {
      const reply = await api.call('GET', '/session', { headers });
      expect(reply.status).toBe(200);
      expect(reply.body).toBeNull();
      expect(reply.headers.get('cache-control')).toBe('no-store');
    }
  });
});

test('The pay options have labels in the language of the reader', async () => {
  const { call } = createTestApi();
  const labelsIn = async (language: string) => {
    const { body } = await call('GET', '/checkouts/options', { headers: { 'accept-language': language } });
    expect(body).toMatchObject({ provider: 'simulated', publishableKey: null });
    return JSON.stringify(valueAt(body, 'methods'));
  };
  expect(await labelsIn('en-GB')).toContain('"pm_card_visa","label":"Card that pays"');
  expect(await labelsIn('fr')).toContain('"pm_card_visa","label":"Thẻ thanh toán được"');
});
