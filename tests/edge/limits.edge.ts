import { afterEach, describe, expect, test } from 'bun:test';
import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { secret } from '../processes/tokens.ts';
import { gatewayAvailable, type LogLine } from './gateway.ts';
import { createGround, type Ground } from './ground.ts';
import { sendAs } from './proxied.ts';
import { sendRaw, statusOf } from './raw.ts';

/** What a budget of `site/limits.conf` lets through at once, and in a second after that. */
const budgets = {
  customer: { burst: 41, rate: 20 },
  operator: { burst: 101, rate: 50 },
  address: { burst: 201, rate: 100 },
  refused: { burst: 21, rate: 5 },
  webhook: { burst: 401, rate: 100 },
} as const;

type Claims = Readonly<Record<string, unknown>>;
const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;
const sign = (claims: Claims, key = secret, alg = 'HS256') =>
  new SignJWT({ roles: ['customer'], email: 'a@shop.test', exp: inAnHour, sub: 'lan', ...claims })
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(key));

/** A token with another algorithm in its head than it is signed with. */
const signAnyhow = (head: string, claims: Claims): string => {
  const signed = [head, JSON.stringify(claims)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
};

describe.if(gatewayAvailable())('The limits of the gateway', () => {
  const grounds: Ground[] = [];
  afterEach(async () => {
    for (const ground of grounds.splice(0)) await ground.close();
  });
  const createLimited = async (env?: Readonly<Record<string, string>>) => {
    const ground = await createGround(env === undefined ? {} : { env });
    grounds.push(ground);
    /** Resolves when the request is also in the log. */
    const send = async (headers: Readonly<Record<string, string>>, path = '/orders', method = 'GET') => {
      const response = await fetch(`${ground.gateway.url}${path}`, { method, headers });
      const body = await response.text();
      const requestId = response.headers.get('x-request-id');
      while (!ground.gateway.log().some((line) => line.requestId === requestId)) await Bun.sleep(5);
      return { response, body };
    };
    const call = async (...request: Parameters<typeof send>) => (await send(...request)).response;
    const many = (count: number, ...request: Parameters<typeof send>) =>
      Promise.all(Array.from({ length: count }, () => send(...request)));
    const linesOf = (budget: string): readonly LogLine[] =>
      ground.gateway.log().filter((line) => line.budget === budget);
    return { ground, call, many, linesOf };
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  /**
   * Of calls at once: all that the burst holds, and no more than has been refilled while they came, by the log. A line is
   * written when its request is answered, and the budget was spent when it came.
   */
  const expectLimited = (lines: readonly LogLine[], { burst, rate }: { burst: number; rate: number }) => {
    const passed = lines.filter(({ status }) => status === 200).length;
    const first = Math.min(...lines.map((line) => line.at - line.seconds));
    const seconds = Math.max(...lines.map(({ at }) => at)) - first;
    expect(passed).toBeGreaterThanOrEqual(burst);
    expect(passed).toBeLessThanOrEqual(burst + 1 + rate * seconds);
    expect(lines.every(({ status }) => status === 200 || status === 429)).toBe(true);
  };

  test('A customer who calls 200 times at once is limited, and others are not', async () => {
    const { call, many, linesOf, ground } = await createLimited();
    const lan = bearer(await sign({ sub: 'lan' }));
    // A slow machine takes seconds to send them, and the budget is refilled meanwhile.
    const replies = await many(200, lan);
    const refused = replies.find(({ response }) => response.status === 429);
    for (const other of [bearer(await sign({ sub: 'hoa' })), bearer(await sign({ roles: ['operator'] })), {}])
      expect((await call(other)).status).toBe(200);
    // The address is the same for all of them, and files of pages are nobody's.
    for (const path of ['/assets/a.js', '/images/a.webp', '/health/live']) {
      expect((await call(lan, path)).status).toBe(200);
      expect(ground.gateway.log().find((line) => line.path === path)?.budget).toBe('');
    }

    expectLimited(
      linesOf('customer').filter((_, index) => index < 200),
      budgets.customer,
    );
    expect(Object.fromEntries(refused?.response.headers ?? [])).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': '1',
      ratelimit: '"customer";r=0;t=1',
      'ratelimit-policy': '"customer";q=20;w=1',
    });
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ status: 429, code: 'rate_limited' });
    // What is refused does not reach a process.
    const received = ground.all.flatMap((one) => one.received.filter(({ url }) => url === '/orders')).length;
    expect(received).toBe(
      ground.gateway.log().filter((l) => l.path === '/orders' && l.status === 200).length,
    );
  });

  test('Operators and service keys have a larger limit of their own', async () => {
    const { many, linesOf } = await createLimited();
    await many(150, bearer(await sign({ roles: ['customer', 'operator'] })));
    expectLimited(linesOf('operator'), budgets.operator);
    const { many: manyKeys, linesOf: linesOfKeys, call } = await createLimited();
    await manyKeys(150, bearer(`cwk_${'a'.repeat(43)}`));
    expectLimited(linesOfKeys('operator'), budgets.operator);
    expect((await call(bearer(`cwk_${'b'.repeat(43)}`))).status).toBe(200);
  });

  test('Callers without a token have the limit of their address, and webhooks another one', async () => {
    const { many, linesOf } = await createLimited();
    await many(250, {});
    expectLimited(linesOf('address'), budgets.address);
    await many(250, {}, '/webhooks/stripe', 'POST');
    expect(linesOf('webhook').every(({ status }) => status === 200)).toBe(true);
  });

  test('A path that only looks like a file, a health check or a webhook spends the budget of its caller', async () => {
    const { ground } = await createLimited();
    const paths = [
      '/assets/%2e%2e/orders',
      '/assets/..\\orders',
      '/health/..\\orders?a=1',
      '/webhooks/..\\checkouts',
      '/webhooks/../checkouts',
      '/orders/1%2f..%2f..%2fassets%2fa.js',
      '/orders/1%2f..%2f..%2fwebhooks%2fstripe',
      '/assets/a..%2forders',
    ];
    for (const path of paths) {
      const text = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
      expect([path, statusOf(await sendRaw(ground.gateway.port, text))]).toEqual([
        path,
        path.includes('\\') ? 400 : 200,
      ]);
    }
    await ground.gateway.quit();
    // Such a path is not logged as it came: it may hide the id of a customer.
    expect(ground.gateway.log().map(({ path, budget }) => [path, budget])).toEqual(
      paths.map(() => ['/:unusual', 'address']),
    );
  });

  test('Tokens that are not valid have a small limit of their address, and spend no customer’s budget', async () => {
    const { call, many, linesOf } = await createLimited();
    const forged = [
      await sign({}, 'another secret that is longer than thirty-two bytes'),
      await sign({ exp: inAnHour - 7_200 }),
      await sign({ nbf: inAnHour }),
      await sign({ sub: 'a b' }),
      await sign({}, secret, 'HS512'),
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"lan"}').toString('base64url')}.`,
      signAnyhow('{"alg":"HS512"}', { sub: 'lan', exp: inAnHour }),
      'nonsense',
      `${'a'.repeat(8_193)}.b.c`,
    ];
    for (const [index, token] of forged.entries()) {
      await call(bearer(token), `/orders?${index}`);
      expect([token, linesOf('refused').length]).toEqual([token, index + 1]);
    }
    await many(60, bearer(forged[0] ?? ''));
    const lines = linesOf('refused');
    expectLimited(lines, budgets.refused);
    await many(41, bearer(await sign({})));
    expect(linesOf('customer').map(({ status }) => status)).toEqual(Array(41).fill(200));
  });

  test('A token counts as it does in the shop: the last secret, issuer, audience, role claim, leeway', async () => {
    const last = 'the last secret, which is longer than thirty-two bytes';
    const { call, linesOf } = await createLimited({
      AUTH_SECRET: secret,
      AUTH_SECRET_PREVIOUS: last,
      AUTH_ISSUER: 'https://id.shop.test/',
      AUTH_AUDIENCE: 'cartwright',
      AUTH_ROLES_CLAIM: 'realm_access.roles',
    });
    const right = { iss: 'https://id.shop.test/', aud: ['other', 'cartwright'], roles: ['operator'] };
    const operator = { ...right, realm_access: { roles: ['operator'] } };
    // Within the leeway of half a minute, also where the tests before took longer than that.
    const justOver = Math.floor(Date.now() / 1_000) - 10;
    for (const [claims, key, budget] of [
      [right, secret, 'customer'],
      [right, last, 'customer'],
      [operator, secret, 'operator'],
      [{ ...right, exp: justOver }, secret, 'customer'],
      [{ ...right, iss: 'https://evil.test/' }, secret, 'refused'],
      [{ ...right, aud: 'other' }, secret, 'refused'],
    ] as const) {
      const before = linesOf(budget).length;
      await call(bearer(await sign(claims, key)));
      expect([claims, linesOf(budget).length]).toEqual([claims, before + 1]);
    }
  });

  test('A page spends the budget of its session, also if the cookie is cut into parts', async () => {
    const { call, linesOf } = await createLimited();
    const token = await sign({ sub: 'lan' });
    const own = { 'sec-fetch-site': 'same-origin' };
    const parts = `__Host-cw-1=${token.slice(0, 50)}; theme=dark; __Host-cw-2=${token.slice(50)}`;
    for (const [headers, budget] of [
      [{ ...own, cookie: `a=b; __Host-cw=${token}` }, 'customer'],
      [{ ...own, cookie: parts }, 'customer'],
      [{ 'sec-fetch-site': 'cross-site', cookie: parts }, 'address'],
      [{ cookie: parts }, 'address'],
      [{ ...own, cookie: parts, ...bearer(await sign({ roles: ['operator'] })) }, 'operator'],
      [{ ...own, cookie: parts, authorization: 'Basic bGFuOnB3' }, 'customer'],
      [{ ...own, cookie: parts, authorization: 'Bearer' }, 'address'],
    ] as const) {
      const before = linesOf(budget).length;
      await call(headers);
      expect([budget, linesOf(budget).length]).toEqual([budget, before + 1]);
    }
  });

  test('Without the secret, a token is not believed: its address counts', async () => {
    const { call, linesOf } = await createLimited({ AUTH_JWKS_URL: 'https://id.shop.test/jwks' });
    await call(bearer(await sign({})));
    await call(bearer('not a token'));
    expect(linesOf('address')).toHaveLength(2);
  });

  test('A network of IPv6 is one address, and each address of IPv4 is one, however it is written', async () => {
    const ground = await createGround({
      edits: {
        // One request, and none more for longer than the test takes.
        'site/limits.conf': (text) =>
          text.replace('rate=100r/s', 'rate=1r/m').replace('zone=address burst=200 nodelay', 'zone=address'),
      },
    });
    grounds.push(ground);
    const statusFor = async (address: string) => {
      const text = 'GET /orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
      return statusOf(await sendAs(address, ground.gateway.balancedPort, text));
    };
    for (const [address, status] of [
      ['2001:db8::1', 200],
      ['2001:db8::2', 429],
      ['2001:db8:0:1::1', 200],
      ['::ffff:192.0.2.1', 200],
      ['::ffff:192.0.2.1', 429],
      ['::ffff:192.0.2.2', 200],
    ] as const)
      expect([address, await statusFor(address)]).toEqual([address, status]);
  });

  test('An address has a limited number of requests at once', async () => {
    const ground = await createGround({
      edits: { 'site/limits.conf': (text) => text.replace('connections 256', 'connections 2') },
    });
    grounds.push(ground);
    const waiting: (() => void)[] = [];
    const { promise: areThere, resolve } = Promise.withResolvers<void>();
    for (const upstream of ground.read)
      upstream.answer = (_, response) => {
        if (waiting.push(() => response.end()) === 2) resolve();
      };
    const open = ['/a', '/b'].map((path) => fetch(`${ground.gateway.url}${path}`));
    await areThere;
    const refused = await fetch(`${ground.gateway.url}/c`);
    expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'rate_limited' }]);
    for (const answer of waiting) answer();
    for (const response of open) expect((await response).status).toBe(200);
  });
});
