import { describe, expect, test } from 'bun:test';
import { claimAt } from '../../api/http/tokenClaims.ts';
import { createTestWorld } from '../world.ts';
import { claims } from './invalidTokens.ts';
import { codeOf, expectStatus } from './reply.ts';
import { createTestApi, secret, tokenOf } from './testApi.ts';

const open = { issuer: null, audience: null } as const;

describe('Two secrets', () => {
  const previous = 'the secret of last year, of well over thirty-two bytes';
  const { call, world } = createTestApi({ auth: { key: { kind: 'secret', secret, previous }, ...open } });
  const reasonOf = async (changes: Readonly<Record<string, unknown>>, key: string) => {
    const { headers } = await call('GET', '/orders', {
      token: await tokenOf(world, { ...claims, ...changes }, key),
    });
    return headers.get('www-authenticate');
  };

  test('A token of either secret is accepted while the secret is being changed', async () => {
    for (const key of [secret, previous])
      expectStatus(await call('GET', '/orders', { token: await tokenOf(world, claims, key) }), 200);
  });

  test('A token of either secret is checked like any other, and gets its own reason', async () => {
    for (const key of [secret, previous]) {
      expect(await reasonOf({ exp: 1 }, key)).toContain('has expired');
      expect(await reasonOf({ email: undefined }, key)).toContain('no e-mail');
    }
  });

  test('A token of a third secret is refused', async () => {
    expect(await reasonOf({}, 'a secret that nobody knows, of thirty-two bytes')).toContain('signature');
  });
});

describe('Names of claims', () => {
  test('Roles and e-mail are read where the settings say', async () => {
    const names = { roles: 'realm_access.roles', email: 'https://shop.example/email' };
    const { call, world } = createTestApi({
      auth: { key: { kind: 'secret', secret }, ...open, claims: names },
    });
    const get = async (changes: Readonly<Record<string, unknown>>) =>
      call('GET', '/queue', { token: await tokenOf(world, { sub: 'ops', ...changes }) });
    const mapped = {
      realm_access: { roles: ['operator', 'offline_access'] },
      'https://shop.example/email': 'ops@example.com',
    };
    expectStatus(await get(mapped), 200);
    expect(codeOf(await get({ ...mapped, realm_access: { roles: ['customer'] } }))).toBe('403 forbidden');
    const refused = await get({ ...mapped, realm_access: {}, roles: ['operator'] });
    expect(refused.headers.get('www-authenticate')).toContain('no roles (claim realm_access.roles)');
    const noEmail = await get({
      ...mapped,
      'https://shop.example/email': undefined,
      email: 'ops@example.com',
    });
    expect(noEmail.headers.get('www-authenticate')).toContain('no e-mail (claim https://shop.example/email)');
  });

  test('A name is found whole, as a path, and as a path of names with dots', () => {
    const token = {
      roles: 1,
      'https://shop.example/roles': 2,
      realm_access: { roles: 3 },
      resource_access: { 'my.shop': { roles: 4 } },
      list: ['customer'],
    };
    const found = [
      'roles',
      'https://shop.example/roles',
      'realm_access.roles',
      'resource_access.my.shop.roles',
    ].map((name) => claimAt(token, name));
    expect(found).toEqual([1, 2, 3, 4]);
  });

  test('A name that the token does not have is not found, nor one that every object has', () => {
    const token: unknown = JSON.parse(
      '{"a":{"b":1},"list":["x"],"text":"x","__proto__":{"roles":["operator"]}}',
    );
    for (const name of [
      'c',
      'a.c',
      'a.b.c',
      'list.0',
      'list.length',
      'text.length',
      '.',
      'a.',
      'constructor.name',
      'constructor',
    ])
      expect(claimAt(Object(token), name)).toBeUndefined();
    expect(claimAt(Object(token), 'roles')).toBeUndefined();
  });
});

test('Refused tokens are logged once a minute for each reason, with their number and no part of a token', async () => {
  const world = createTestWorld();
  const { call, warnings, logTimer } = createTestApi({ world, ownApp: true });
  const expired = await tokenOf(world, { ...claims, exp: 1 });
  for (let index = 0; index < 5; index++) await call('GET', '/orders', { token: expired });
  await call('GET', '/orders', { token: 'garbage' });
  // A request without a token is no refused token.
  await call('GET', '/orders');
  const expiredReason = 'The token has expired (claim exp)';
  const lines = [
    { message: 'a token was refused', facts: { reason: expiredReason } },
    { message: 'a token was refused', facts: { reason: 'The token is not a signed JWT' } },
  ];
  expect(warnings).toEqual(lines);
  await logTimer.advance(60_000);
  expect(warnings).toEqual([
    ...lines,
    { message: 'a token was refused', facts: { reason: expiredReason, count: 4 } },
  ]);
});
