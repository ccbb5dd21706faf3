import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { createTestWorld } from '../world.ts';
import { codeOf, expectStatus } from './reply.ts';
import { type Api, createTestApi, secret, tokenOf } from './testApi.ts';

/** The routes that need no token. Every other route must reject a request without one. */
const publicRoutes = [
  'GET /health/live',
  'GET /health/ready',
  'GET /docs',
  'GET /docs/json',
  'GET /docs/:file',
  'GET /products',
  'GET /products/:id',
  'POST /demo/tokens',
  'POST /webhooks/stripe',
];

const claims = { sub: 'lan', email: 'lan@example.com', roles: ['customer', 'operator'] };

const invalidTokens: Readonly<Record<string, (api: Api) => Promise<string>>> = {
  'that is garbage': async () => 'garbage',
  'that is three dots': async () => '...',
  'that expired': ({ world }) => tokenOf(world, { ...claims, exp: world.clock.nowMs() / 1000 }),
  'without an expiry time': ({ world }) => tokenOf(world, { ...claims, exp: undefined }),
  'that is not valid yet': ({ world }) => tokenOf(world, { ...claims, nbf: world.clock.nowMs() / 1000 + 1 }),
  'with the algorithm none': async ({ world }) =>
    new UnsecuredJWT({ ...claims, exp: world.clock.nowMs() / 1000 + 60 }).encode(),
  'that is signed with another secret': ({ world }) =>
    tokenOf(world, claims, 'another secret, of well over thirty-two bytes'),
  'with another algorithm': ({ world }) =>
    new SignJWT({ ...claims, exp: world.clock.nowMs() / 1000 + 60 })
      .setProtectedHeader({ alg: 'HS512' })
      .sign(new TextEncoder().encode(secret)),
  'without a subject': ({ world }) => tokenOf(world, { ...claims, sub: undefined }),
  'with a line break in its subject': ({ world }) => tokenOf(world, { ...claims, sub: 'lan\n' }),
  'without an email': ({ world }) => tokenOf(world, { ...claims, email: undefined }),
  'with a right-to-left override in its email': ({ world }) =>
    tokenOf(world, { ...claims, email: 'lan@example\u202e.com' }),
  'with a zero width space in its email': ({ world }) =>
    tokenOf(world, { ...claims, email: 'lan@exam\u200bple.com' }),
  'with a mail header in its email': ({ world }) =>
    tokenOf(world, { ...claims, email: 'lan@example.com\r\nBcc: x@example.com' }),
  'without roles': ({ world }) => tokenOf(world, { ...claims, roles: undefined }),
  'with roles that are not a list': ({ world }) => tokenOf(world, { ...claims, roles: 'operator' }),
  'of 5,000 characters': ({ world }) => tokenOf(world, { ...claims, padding: 'x'.repeat(5_000) }),
};

describe('Routes that need a token', () => {
  const api = createTestApi();
  const guarded = api.api.routes
    .map(({ method, path }) => ({ method, path }))
    .filter(({ method, path }) => !publicRoutes.includes(`${method} ${path}`));

  test('These routes need a token', () => {
    expect(guarded.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'DELETE /checkouts/:id',
      'DELETE /orders/:id',
      'GET /activity',
      'GET /checkouts/:id',
      'GET /demo/charges',
      'GET /demo/mails',
      'GET /money',
      'GET /money/:check',
      'GET /money/reconciliations',
      'GET /money/reconciliations/:id',
      'GET /money/reconciliations/:id/differences',
      'GET /orders',
      'GET /orders/:id',
      'GET /orders/:id/history',
      'GET /orders/:id/timeline',
      'GET /queue',
      'GET /queue/tasks',
      'GET /refunds',
      'GET /refunds/:id',
      'PATCH /products/:id',
      'POST /checkouts',
      'POST /demo/challenges',
      'POST /money/:check/acknowledgements',
      'POST /money/:check/refunds',
      'POST /money/reconciliations',
      'POST /orders',
      'POST /products',
      'POST /queue/retries',
      'POST /refunds',
      'POST /refunds/:id/assignment',
    ]);
  });

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
      for (const [name, token] of Object.entries(invalidTokens)) {
        const reply = await api.call(method, url, { token: await token(api) });
        expect(`${name}: ${codeOf(reply)}`).toBe(`${name}: 401 unauthenticated`);
        expect(reply.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
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

  test('An accepted token is rejected from its expiry time on', async () => {
    const { call, world } = createTestApi();
    const token = await tokenOf(world, { ...claims, exp: world.clock.nowMs() / 1000 + 30 });
    expectStatus(await call('GET', '/orders', { token }), 200);
    world.advance(29_999);
    expectStatus(await call('GET', '/orders', { token }), 200);
    world.advance(1);
    expect(codeOf(await call('GET', '/orders', { token }))).toBe('401 unauthenticated');
  });

  test('A token is verified once, and again after a minute', async () => {
    const world = createTestWorld();
    let importKey = 0;
    const original = crypto.subtle.importKey;
    const count = {
      apply: (target: typeof original, self: SubtleCrypto, args: Parameters<typeof original>) => {
        importKey++;
        return Reflect.apply(target, self, args);
      },
    };
    crypto.subtle.importKey = new Proxy(original, count);
    try {
      const { call } = createTestApi({ world, ownApp: true });
      const token = await tokenOf(world, claims);
      const before = importKey;
      for (let index = 0; index < 5; index++) expectStatus(await call('GET', '/orders', { token }), 200);
      expect(importKey - before).toBe(1);
      world.advance(60_000);
      expectStatus(await call('GET', '/orders', { token }), 200);
      expect(importKey - before).toBe(2);
    } finally {
      crypto.subtle.importKey = original;
    }
  });

  test('A token must have the configured issuer and audience', async () => {
    const key = { kind: 'secret', secret } as const;
    const { call, world } = createTestApi({ auth: { key, issuer: 'https://id.example', audience: 'shop' } });
    const status = async (changes: Readonly<Record<string, unknown>>) =>
      (await call('GET', '/orders', { token: await tokenOf(world, { ...claims, ...changes }) })).status;
    expect(await status({ iss: 'https://id.example', aud: 'shop' })).toBe(200);
    expect(await status({ iss: 'https://id.example', aud: ['other', 'shop'] })).toBe(200);
    expect(await status({ iss: 'https://id.example' })).toBe(401);
    expect(await status({ aud: 'shop' })).toBe(401);
    expect(await status({ iss: 'https://evil.example', aud: 'shop' })).toBe(401);
    expect(await status({ iss: 'https://id.example', aud: 'other' })).toBe(401);
  });
});

describe('Tokens of a key set', () => {
  const world = createTestWorld();
  let server: Server;
  let api: Api;
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let respond = (): { status: number; body: string } => ({ status: 503, body: '' });

  beforeAll(async () => {
    keys = await generateKeyPair('ES256');
    server = createServer((_, response) => {
      const { status, body } = respond();
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const key = { kind: 'jwks', url: `http://127.0.0.1:${port}/keys` } as const;
    api = createTestApi({ world, demo: false, auth: { key, issuer: null, audience: null } });
  });
  afterAll(() => {
    server.close();
  });

  const signed = (alg: string, key: Parameters<SignJWT['sign']>[0]) =>
    new SignJWT({ ...claims, exp: world.clock.nowMs() / 1000 + 60 })
      .setProtectedHeader({ alg, kid: 'one' })
      .sign(key);

  test('Requests get 503 while the key set cannot be loaded', async () => {
    const token = await signed('ES256', keys.privateKey);
    const reply = await api.call('GET', '/orders', { token });
    expect(codeOf(reply)).toBe('503 unavailable');
    expect(JSON.stringify(reply.body)).not.toContain('127.0.0.1');
    expect(api.errors).toHaveLength(1);
  });

  test('Only tokens that are signed by a key of the key set are accepted', async () => {
    const published = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' };
    respond = () => ({ status: 200, body: JSON.stringify({ keys: [published] }) });
    expectStatus(await api.call('GET', '/orders', { token: await signed('ES256', keys.privateKey) }), 200);
    const stranger = await generateKeyPair('ES256');
    for (const token of [
      await signed('ES256', stranger.privateKey),
      // The public key is not secret, so a token that uses it as an HMAC secret must be rejected.
      await signed('HS256', new TextEncoder().encode(JSON.stringify(published))),
      await tokenOf(world, claims),
      new UnsecuredJWT({ ...claims, exp: world.clock.nowMs() / 1000 + 60 }).encode(),
    ])
      expect(codeOf(await api.call('GET', '/orders', { token }))).toBe('401 unauthenticated');
  });
});
