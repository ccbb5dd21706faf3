import { describe, expect, test } from 'bun:test';
import { createTestWorld } from '../world.ts';
import { claims, invalidTokens } from './invalidTokens.ts';
import { codeOf, expectStatus, textAt } from './reply.ts';
import { routeAccess } from './routeAccess.ts';
import { createTestApi, secret, tokenOf } from './testApi.ts';

describe('Routes that need a token', () => {
  const api = createTestApi();
  const guarded = api.api.routes
    .map(({ method, path }) => ({ method, path }))
    .filter(({ method, path }) => routeAccess[`${method} ${path}`] !== 'anyone');

  for (const { method, path } of guarded) {
    const url = path.replace(':id', '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01').replace(':check', 'unknown');

    test(`${method} ${path} rejects a request without a token before it reads the body`, async () => {
      for (const body of method === 'POST' || method === 'PATCH'
        ? [undefined, '{', 'x'.repeat(2_000_000)]
        : [undefined]) {
        const reply = await api.call(method, url, { body });
        expect(codeOf(reply)).toBe('401 unauthenticated');
        expect(reply.headers.get('www-authenticate')).toBe('Bearer');
      }
      for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic bGFuOmxhbg==', 'Bearer a b']) {
        const reply = await api.call(method, url, { headers: { authorization } });
        expect(codeOf(reply)).toBe('401 unauthenticated');
      }
    });

    test(`${method} ${path} rejects every invalid token`, async () => {
      for (const [name, [reason, token]] of Object.entries(invalidTokens)) {
        const reply = await api.call(method, url, { token: await token(api) });
        expect(`${name}: ${codeOf(reply)}`).toBe(`${name}: 401 unauthenticated`);
        const challenge = reply.headers.get('www-authenticate') ?? '';
        // RFC 6750, 3: printable ASCII without quotes and backslashes.
        const said = /^Bearer error="invalid_token", error_description="([ !#-[\]-~]+)"$/.exec(
          challenge,
        )?.[1];
        expect(`${name}: ${said}`).toMatch(reason);
        expect(textAt(reply, 'detail')).toStartWith(`${said}.`);
      }
    });

    if (method === 'GET') {
      test(`HEAD ${path} rejects a request without a token`, async () => {
        expect((await api.call('HEAD', url)).status).toBe(401);
      });
    }
  }
});

describe('Tokens', () => {
  test('The scheme Bearer may have any case', async () => {
    const { call, world } = createTestApi();
    const token = await tokenOf(world, claims);
    for (const scheme of ['Bearer', 'bearer', 'BEARER'])
      expectStatus(await call('GET', '/orders', { headers: { authorization: `${scheme} ${token}` } }), 200);
  });

  test('An accepted token is rejected from half a minute after its expiry time on', async () => {
    const { call, world } = createTestApi();
    const token = await tokenOf(world, { ...claims, exp: world.clock.nowMs() / 1000 + 10 });
    expectStatus(await call('GET', '/orders', { token }), 200);
    world.advance(39_999);
    expectStatus(await call('GET', '/orders', { token }), 200);
    world.advance(1);
    expect(codeOf(await call('GET', '/orders', { token }))).toBe('401 unauthenticated');
  });

  test('A token from a clock that is half a minute ahead is accepted', async () => {
    const { call, world } = createTestApi();
    const token = await tokenOf(world, { ...claims, nbf: world.clock.nowMs() / 1000 + 30 });
    expectStatus(await call('GET', '/orders', { token }), 200);
  });

  test('A token of 8 KiB is accepted', async () => {
    const { call, world } = createTestApi();
    const tokenWith = (padding: number) => tokenOf(world, { ...claims, padding: 'x'.repeat(padding) });
    // Base64 makes four characters of three.
    const padding = Math.floor(((8_192 - (await tokenWith(0)).length) * 3) / 4);
    const token = await tokenWith(padding);
    expect(token.length).toBeGreaterThan(8_189);
    expect(token.length).toBeLessThanOrEqual(8_192);
    expectStatus(await call('GET', '/orders', { token }), 200);
  });

  test('A token is verified once, and again after a minute, and its secret is imported once', async () => {
    const world = createTestWorld();
    const calls = { importKey: 0, verify: 0 };
    const subtle = crypto.subtle;
    const original = { importKey: subtle.importKey, verify: subtle.verify };
    const counted = <F extends (...args: never[]) => unknown>(name: keyof typeof calls, target: F): F =>
      new Proxy(target, {
        apply: (_, self, args) => {
          calls[name]++;
          return Reflect.apply(target, self, args);
        },
      });
    try {
      const { call } = createTestApi({ world, ownApp: true });
      const token = await tokenOf(world, claims);
      subtle.importKey = counted('importKey', original.importKey);
      subtle.verify = counted('verify', original.verify);
      for (let index = 0; index < 5; index++) expectStatus(await call('GET', '/orders', { token }), 200);
      expect(calls).toEqual({ importKey: 1, verify: 1 });
      world.advance(60_000);
      expectStatus(await call('GET', '/orders', { token }), 200);
      expect(calls).toEqual({ importKey: 1, verify: 2 });
    } finally {
      Object.assign(subtle, original);
    }
  });

  test('A token must have the configured issuer and audience', async () => {
    const key = { kind: 'secret', secret } as const;
    const { call, world } = createTestApi({ auth: { key, issuer: 'https://id.example', audience: 'shop' } });
    const answer = async (changes: Readonly<Record<string, unknown>>) => {
      const { status, headers } = await call('GET', '/orders', {
        token: await tokenOf(world, { ...claims, ...changes }),
      });
      return `${status} ${/error_description="(.*)"$/.exec(headers.get('www-authenticate') ?? '')?.[1]}`;
    };
    expect(await answer({ iss: 'https://id.example', aud: 'shop' })).toStartWith('200');
    expect(await answer({ iss: 'https://id.example', aud: ['other', 'shop'] })).toStartWith('200');
    expect(await answer({ iss: 'https://id.example' })).toBe('401 The token has no audience (claim aud)');
    expect(await answer({ aud: 'shop' })).toBe('401 The token has no issuer (claim iss)');
    expect(await answer({ iss: 'https://evil.example', aud: 'shop' })).toBe(
      '401 The token is of another issuer (claim iss)',
    );
    expect(await answer({ iss: 'https://id.example', aud: 'other' })).toBe(
      '401 The token is for another audience (claim aud)',
    );
  });
});
