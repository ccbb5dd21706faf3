import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { createTestWorld, type TestWorld } from '../world.ts';
import { claims } from './invalidTokens.ts';
import { codeOf, expectStatus } from './reply.ts';
import { type Api, createTestApi, tokenOf } from './testApi.ts';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

/** The issuer's server. Null while it answers 503. */
let published: readonly unknown[] | null = null;
let loads = 0;
let server: Server;
let url = '';
let world: TestWorld;
let api: Api;
let [first, second, stranger]: Pair[] = [];

beforeAll(async () => {
  [first, second, stranger] = [
    await generateKeyPair('ES256'),
    await generateKeyPair('RS256'),
    await generateKeyPair('ES256'),
  ];
  server = createServer((_, response) => {
    loads++;
    response.writeHead(published === null ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: published }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/keys`;
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  [published, loads, world] = [null, 0, createTestWorld()];
  const key = { kind: 'jwks', url } as const;
  api = createTestApi({ world, demo: false, auth: { key, issuer: null, audience: null } });
});

const keyOf = (pair: Pair | undefined): Pair => {
  if (pair === undefined) throw new Error('the keys are made before the tests');
  return pair;
};

const publish = async (...keys: readonly (readonly [kid: string, pair: Pair | undefined])[]) => {
  published = await Promise.all(
    keys.map(async ([kid, pair]) => ({ ...(await exportJWK(keyOf(pair).publicKey)), kid })),
  );
};

const signedBy = (alg: string, kid: string, key: Parameters<SignJWT['sign']>[0], lifetime = 7_200) =>
  new SignJWT({ ...claims, exp: Math.floor(world.clock.nowMs() / 1000) + lifetime })
    .setProtectedHeader({ alg, kid })
    .sign(key);

const firstToken = () => signedBy('ES256', 'one', keyOf(first).privateKey);
const secondToken = () => signedBy('RS256', 'two', keyOf(second).privateKey);

const answer = async (token: string): Promise<string> => {
  const { status, headers } = await api.call('GET', '/orders', { token });
  const reason = /error_description="(.*)"$/.exec(headers.get('www-authenticate') ?? '')?.[1];
  return reason === undefined ? `${status}` : `${status} ${reason}`;
};
const unknownKey = '401 The token is signed with an unknown key (kid)';

describe('Tokens of a key set', () => {
  test('Requests get 503 while the key set was never loaded, and 200 once it can be', async () => {
    const token = await firstToken();
    const reply = await api.call('GET', '/orders', { token });
    expect(codeOf(reply)).toBe('503 unavailable');
    expect(JSON.stringify(reply.body)).not.toContain('127.0.0.1');
    expect(api.errors).toHaveLength(1);
    await publish(['one', first]);
    expectStatus(await api.call('GET', '/orders', { token }), 200);
  });

  test('While the key set cannot be loaded, the answer about who is signed in says to ask again', async () => {
    const headers = { cookie: `__Host-cw=${await firstToken()}`, 'sec-fetch-site': 'same-origin' };
    const unknown = expectStatus(await api.call('GET', '/session', { headers }), 200);
    expect([unknown.body, unknown.headers.get('retry-after')]).toEqual([null, '1']);
    const nobody = expectStatus(await api.call('GET', '/session'), 200);
    expect([nobody.body, nobody.headers.get('retry-after')]).toEqual([null, null]);
    await publish(['one', first]);
    const { body } = expectStatus(await api.call('GET', '/session', { headers }), 200);
    expect(body).toMatchObject({ customerId: claims.sub });
  });

  test('ES256 and RS256 tokens of the key set are accepted, and no others', async () => {
    await publish(['one', first], ['two', second]);
    expect(await answer(await firstToken())).toBe('200');
    expect(await answer(await secondToken())).toBe('200');
    // The public key is not secret, so a token that uses it as an HMAC secret must be rejected.
    const octets = new TextEncoder().encode(JSON.stringify(published));
    const algorithm = /^401 The algorithm of the token is not accepted \(alg\): sign it with RS256 or ES256$/;
    expect(await answer(await signedBy('HS256', 'one', octets))).toMatch(algorithm);
    expect(await answer(await tokenOf(world, claims))).toMatch(algorithm);
    const unsecured = new UnsecuredJWT({ ...claims, exp: world.clock.nowMs() / 1000 + 60 }).encode();
    expect(await answer(unsecured)).toMatch(algorithm);
    expect(await answer(await signedBy('ES256', 'one', keyOf(stranger).privateKey))).toBe(
      '401 The signature of the token is wrong',
    );
    expect(await answer(await signedBy('ES256', 'three', keyOf(stranger).privateKey))).toBe(unknownKey);
  });

  test('A token that does not name its key is checked with every key that fits', async () => {
    await publish(['one', first], ['other', stranger], ['two', second]);
    const exp = world.clock.nowMs() / 1000 + 60;
    const unnamed = (pair: Pair | undefined) =>
      new SignJWT({ ...claims, exp }).setProtectedHeader({ alg: 'ES256' }).sign(keyOf(pair).privateKey);
    expect(await answer(await unnamed(first))).toBe('200');
    expect(await answer(await unnamed(stranger))).toBe('200');
    await publish(['one', first], ['two', second]);
    world.advance(60_000);
    expect(await answer(await unnamed(stranger))).toBe('401 The signature of the token is wrong');
  });

  test('A key that leaves the set is refused a minute later, also where its token was just accepted', async () => {
    await publish(['one', first], ['two', second]);
    const [one, two] = [await firstToken(), await secondToken()];
    expect(await answer(one)).toBe('200');
    await publish(['two', second]);
    world.advance(29_999);
    // Another token does not lengthen the life of the keys that were loaded before.
    expect(await answer(two)).toBe('200');
    world.advance(30_001);
    expect(await answer(one)).toBe(unknownKey);
    expect(await answer(two)).toBe('200');
  });

  test('A new key of the set is found at its first token, and invented keys do not load the set each time', async () => {
    await publish(['one', first]);
    expect(await answer(await firstToken())).toBe('200');
    await publish(['one', first], ['two', second]);
    world.advance(5_000);
    expect(await answer(await secondToken())).toBe('200');
    expect(loads).toBe(2);
    for (let index = 0; index < 10; index++)
      expect(await answer(await signedBy('ES256', `${index}`, keyOf(stranger).privateKey))).toBe(unknownKey);
    expect(loads).toBe(2);
  });

  test('After the clock was set back, a new key is found and one that left the set is refused', async () => {
    await publish(['one', first]);
    const one = await firstToken();
    expect(await answer(one)).toBe('200');
    world.advance(-3_600_000);
    await publish(['two', second]);
    expect(await answer(await secondToken())).toBe('200');
    expect(await answer(one)).toBe(unknownKey);
  });

  test('Requests at the same time load the set once', async () => {
    await publish(['one', first]);
    const token = await firstToken();
    expect(await Promise.all([token, token, token].map(answer))).toEqual(['200', '200', '200']);
    expect(loads).toBe(1);
  });

  test('While the issuer cannot be reached its last keys are used for ten minutes, and that is logged', async () => {
    await publish(['one', first]);
    const token = await firstToken();
    expect(await answer(token)).toBe('200');
    published = null;
    world.advance(60_000);
    expect(await answer(token)).toBe('200');
    expect(api.warnings.map(({ message }) => message)).toEqual([
      'the key set for tokens cannot be loaded again; the last one is still used',
    ]);
    world.advance(539_999);
    expect(await answer(token)).toBe('200');
    world.advance(5_000);
    expect(await answer(token)).toBe('503');
    // The issuer is back, and has withdrawn the key.
    await publish(['two', second]);
    world.advance(5_000);
    expect(await answer(token)).toBe(unknownKey);
  });

  test('A key that left the set during an outage is refused soon after it', async () => {
    await publish(['one', first]);
    const token = await firstToken();
    expect(await answer(token)).toBe('200');
    published = null;
    world.advance(60_000);
    expect(await answer(token)).toBe('200');
    await publish(['two', second]);
    world.advance(5_000);
    // The first request begins to load the set, and does not wait: an outage must not slow requests down.
    expect(await answer(token)).toBe('200');
    world.advance(5_000);
    while ((await answer(token)) === '200') await new Promise((resolve) => setImmediate(resolve));
    expect(await answer(token)).toBe(unknownKey);
  });
});
