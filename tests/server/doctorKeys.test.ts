import { afterAll, expect, test } from 'bun:test';
import { checkTokenKeys } from '../../server/doctorKeys.ts';
import { createTestWorld } from '../world.ts';

const rsa = { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: '1' };
const answers: Readonly<Record<string, () => Response>> = {
  '/keys': () => Response.json({ keys: [rsa, { kty: 'EC', crv: 'P-256', x: 'AQ', y: 'AQ' }] }),
  '/other': () =>
    Response.json({
      keys: [
        { kty: 'OKP', crv: 'Ed25519', x: 'AQ' },
        { ...rsa, use: 'enc' },
      ],
    }),
  '/page': () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
  '/moved': () => Response.redirect('/keys'),
};
const server = Bun.serve({
  port: 0,
  fetch: ({ url }) => answers[new URL(url).pathname]?.() ?? new Response(null, { status: 404 }),
});
afterAll(() => server.stop(true));

const look = async (url: string) => {
  const auth = {
    key: { kind: 'jwks', url },
    issuer: null,
    audience: null,
    claims: { roles: 'roles', email: 'email' },
  } as const;
  const [finding] = await checkTokenKeys(createTestWorld(), { auth });
  return `${finding?.state}: ${finding?.text.replace(/^\S+ /, '')} → ${finding?.advice}`;
};

test.each([
  ['/keys', /^ok: answers with 2 keys/],
  ['/other', /^wrong: has no key for RS256 or ES256/],
  ['/page', /^wrong: answers, but not with a set of keys → check the path in AUTH_JWKS_URL/],
  ['/realms/shopp', /^wrong: answers, but not with a set of keys → check the path in AUTH_JWKS_URL/],
  ['/moved', /^wrong: answers, but not with a set of keys → check the path in AUTH_JWKS_URL/],
])('The doctor looks at the keys that tokens are checked with, at %s', async (path, expected) => {
  expect(await look(`http://127.0.0.1:${server.port}${path}`)).toMatch(expected);
});

test('An issuer that nobody reaches is said with the setting that names it', async () => {
  expect(await look('http://127.0.0.1:1/keys')).toMatch(
    /^wrong: cannot be reached \(\w+\) → .*AUTH_JWKS_URL/,
  );
});

test('A shop with a secret of its own has no keys to look at', async () => {
  const auth = { key: { kind: 'secret', secret: 's' }, issuer: null, audience: null } as const;
  expect(
    await checkTokenKeys(createTestWorld(), { auth: { ...auth, claims: { roles: 'r', email: 'e' } } }),
  ).toEqual([]);
});
