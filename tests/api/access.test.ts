import { describe, expect, test } from 'bun:test';
import { type Permission, permissions } from '../../core/permission.ts';
import { grantablePermissions } from '../../core/serviceKey.ts';
import { documentOf, isDocumented } from './documentedResponse.ts';
import { codeOf, expectStatus, pageOf, textAt, valueAt } from './reply.ts';
import { type RouteAccess, routeAccess } from './routeAccess.ts';
import { serviceKeyBody } from './serviceKeyResponses.ts';
import { type Api, createTestApi, tokenOf } from './testApi.ts';

/** A caller, with what the test expects of it. */
type Caller = {
  readonly name: string;
  /** Null for a request without one. */
  readonly token: string | null;
  readonly isCustomer?: boolean;
  readonly isOwner?: boolean;
  readonly isOperator?: boolean;
  readonly permissions?: readonly Permission[];
};

const createCallers = async ({ world, operator: { post } }: Api): Promise<readonly Caller[]> => {
  const tokenFor = (sub: string, claims: Readonly<Record<string, unknown>>) =>
    tokenOf(world, { sub, email: `${sub}@example.com`, ...claims });
  const single = await Promise.all(
    permissions.flatMap((permission) => [
      tokenFor('ops', { roles: [], permissions: [permission] }).then((token) => ({
        name: `a token that names only ${permission}`,
        token,
        permissions: [permission],
      })),
      tokenFor('ops', { roles: ['operator'], permissions: [permission] }).then((token) => ({
        name: `an operator’s token that names only ${permission}`,
        token,
        permissions: [permission],
      })),
      tokenFor('ops', { roles: ['customer', 'operator'], scope: `openid ${permission}` }).then((token) => ({
        name: `a customer’s token whose scope names only ${permission}`,
        token,
        isCustomer: true,
        permissions: [permission],
      })),
    ]),
  );
  const keyWith = async (granted: readonly Permission[]) => {
    const body = { ...serviceKeyBody, permissions: granted };
    const token = textAt(expectStatus(await post('/keys', body), 201), 'key');
    return { name: `a service key with ${granted.join(', ')}`, token, permissions: granted };
  };
  const keys = [await keyWith(grantablePermissions)];
  for (const permission of grantablePermissions) keys.push(await keyWith([permission]));
  const operator = { isOperator: true, permissions };
  return [
    { name: 'nobody', token: null },
    { name: 'a token without a role', token: await tokenFor('eve', { roles: [] }) },
    { name: 'a customer', token: await tokenFor('minh', { roles: ['customer'] }), isCustomer: true },
    {
      name: 'the owner',
      token: await tokenFor('lan', { roles: ['customer'] }),
      isCustomer: true,
      isOwner: true,
    },
    { name: 'an operator', token: await tokenFor('ops', { roles: ['operator'] }), ...operator },
    {
      name: 'an operator whose scope is not about us',
      token: await tokenFor('ops', { roles: ['operator'], scope: 'openid email' }),
      ...operator,
    },
    {
      name: 'an operator whose token names no permission of ours',
      token: await tokenFor('ops', { roles: ['operator'], permissions: ['read:other'] }),
    },
    ...single,
    ...keys,
  ];
};

/** What a caller without access gets; null if the caller has access. */
const refusalOf = (access: RouteAccess, caller: Caller): string | null => {
  if (access === 'anyone') return null;
  if (caller.token === null) return '401 unauthenticated';
  if (access === 'customer') return caller.isCustomer ? null : '403 forbidden';
  if (access === 'operator') return caller.isOperator ? null : '403 forbidden';
  const isOwned = access.startsWith('owner or ');
  const permission = permissions.find((each) => access === each || access === `owner or ${each}`);
  if (permission !== undefined && caller.permissions?.includes(permission)) return null;
  return isOwned && caller.isCustomer ? null : '403 forbidden';
};

describe('Access to routes', () => {
  const api = createTestApi();
  const named = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`;
  const routes = api.api.routes
    .filter(isDocumented)
    .map(({ method, path }) => ({ method, path, route: named({ method, path }) }));

  test('The list of this test has every route, and no other', () => {
    expect(api.api.routes.map(named).sort()).toEqual(Object.keys(routeAccess).sort());
  });

  test('Anyone may open the pages, which hold nothing of a customer', async () => {
    const pages = api.api.routes.filter((route) => !isDocumented(route));
    expect(pages.map((route) => routeAccess[named(route)])).toEqual(pages.map(() => 'anyone'));
    for (const { path } of pages) {
      const file = path.replace(':file', 'nothing').replace('*', 'nothing');
      const { status } = await api.api.handle(new Request(`http://localhost${file}`));
      expect([401, 403]).not.toContain(status);
    }
  });

  /** A paid order of the owner, and its checkout. */
  const createOwned = async () => {
    const lan = api.customer('lan');
    const orderId = await lan.order(await api.product());
    const checkout = expectStatus(await lan.checkOut([orderId]), 202);
    return { orderId, checkoutId: textAt(checkout, 'checkoutId') };
  };

  test('Each caller can call the routes of the list that it has access to, and no others', async () => {
    const { orderId, checkoutId } = await createOwned();
    const callers = await createCallers(api);
    const wrong: string[] = [];
    // A stream has no end. A process that stops opens none, and refuses others all the same.
    api.live.end();
    for (const { method, path, route } of routes) {
      const access = routeAccess[route] ?? 'anyone';
      const url = path
        .replace('/orders/:id', `/orders/${orderId}`)
        .replace('/checkouts/:id', `/checkouts/${checkoutId}`)
        .replace(':id', '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01')
        .replace(':check', 'unknown')
        .replace(':file', 'start.js');
      for (const caller of callers) {
        const reply = await api.call(method, url, { token: caller.token });
        const expected = refusalOf(access, caller);
        const actual = reply.status === 401 || reply.status === 403 ? codeOf(reply) : null;
        if (actual !== expected) wrong.push(`${route} by ${caller.name}: ${actual}, expected ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  test('What belongs to a customer is shown to its owner and to holders of the permission only', async () => {
    const { orderId, checkoutId } = await createOwned();
    for (const { name, token, isOwner, permissions: held = [] } of await createCallers(api)) {
      if (token === null) continue;
      const maySee = isOwner === true || held.includes('orders:read');
      const found = await pageOfOrNone(api, token);
      expect(`${name}: ${found.includes(orderId)}`).toBe(`${name}: ${maySee}`);
      for (const path of [`/orders/${orderId}`, `/checkouts/${checkoutId}`]) {
        const { status } = await api.call('GET', path, { token });
        expect(`${name}: ${status === 200}`).toBe(`${name}: ${maySee}`);
      }
    }
  });

  const pageOfOrNone = async ({ call }: Api, token: string): Promise<readonly unknown[]> => {
    const reply = await call('GET', '/orders?limit=100', { token });
    if (reply.status === 403) return [];
    return (await pageOf(Promise.resolve(reply))).items.map((item) => valueAt(item, 'id'));
  };

  test('A refusal names the permission or role that is missing', async () => {
    const { call, as } = api;
    const lan = as('lan', 'customer');
    for (const [method, path, missing] of [
      ['POST', '/refunds', 'refunds:write'],
      ['GET', '/queue', 'queue:read'],
      ['GET', '/products?archived=true', 'products:write'],
      ['GET', '/demo/mails', 'operator'],
      ['GET', '/orders?customerId=minh', 'orders:read'],
    ] as const) {
      const reply = await lan.send(method, path);
      expect(codeOf(reply)).toBe('403 forbidden');
      expect(reply.body).toMatchObject({ missing: [missing], detail: expect.stringContaining(missing) });
    }
    const token = await tokenOf(api.world, {
      sub: 'ops',
      email: 'ops@example.com',
      roles: ['operator'],
      permissions: ['orders:read'],
    });
    for (const path of ['/orders', '/refunds']) expectStatus(await call('GET', path, { token }), 200);
    const reply = await call('POST', '/orders', { token });
    expect(reply.body).toMatchObject({ missing: ['customer'], detail: expect.stringContaining('customer') });
  });

  test('The list of archived products needs products:write', async () => {
    for (const { name, token, permissions: held = [] } of await createCallers(api)) {
      const { status } = await api.call('GET', '/products?archived=true', { token });
      const expected = token === null ? 401 : held.includes('products:write') ? 200 : 403;
      expect(`${name}: ${status}`).toBe(`${name}: ${expected}`);
    }
  });

  test('The document says what each route needs', async () => {
    const { document } = await documentOf(api.api);
    for (const { method, path, route } of routes) {
      const documented = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      const access = routeAccess[route] ?? 'anyone';
      const permission = permissions.find((each) => access.endsWith(each)) ?? null;
      expect([route, documented?.['x-permission'] ?? null]).toEqual([route, permission]);
      const withoutToken = documented?.security.filter((scheme) => Object.keys(scheme).length === 0) ?? [];
      const isOpen = documented?.security.length === 0 || withoutToken.length > 0;
      expect([route, isOpen]).toEqual([route, access === 'anyone']);
      const needed = access === 'anyone' ? '' : (permission ?? `the role ${access}`);
      expect(documented?.description ?? '').toContain(needed);
      if (access === 'anyone') expect(documented?.description ?? '').not.toContain('Needs');
    }
  });
});

describe('The permissions of a token', () => {
  const { call, world } = createTestApi();
  const statusOf = async (claims: Readonly<Record<string, unknown>>, path: string) => {
    const token = await tokenOf(world, { sub: 'ops', email: 'ops@example.com', ...claims });
    return (await call('GET', path, { token })).status;
  };

  test('A permission must be in both the permissions and the scope, if both name some', async () => {
    const roles = ['operator'];
    const both = { roles, permissions: ['orders:read', 'queue:read'], scope: 'openid queue:read money:read' };
    expect(await statusOf(both, '/queue')).toBe(200);
    expect(await statusOf(both, '/refunds')).toBe(403);
    expect(await statusOf(both, '/money')).toBe(403);
    const foreign = { ...both, scope: 'openid email' };
    expect(await statusOf(foreign, '/refunds')).toBe(200);
  });

  test('An empty list of permissions allows nothing to an operator', async () => {
    expect(await statusOf({ roles: ['operator'], permissions: [] }, '/queue')).toBe(403);
  });

  test('A token whose permissions are not a list of words is refused', async () => {
    for (const permissions of ['orders:read', [1], { 'orders:read': true }, null, 1])
      expect(await statusOf({ roles: ['operator'], permissions }, '/queue')).toBe(401);
  });

  test('A scope may be a list of words, as some issuers write it', async () => {
    const limited = { roles: ['operator'], scope: ['openid', 'queue:read'] };
    expect(await statusOf(limited, '/queue')).toBe(200);
    expect(await statusOf(limited, '/money')).toBe(403);
    expect(await statusOf({ roles: ['operator'], scope: ['openid', 'email'] }, '/money')).toBe(200);
  });

  test('A scope that has no words names nothing', async () => {
    for (const scope of [null, 1, {}, [1], []])
      expect(await statusOf({ roles: ['operator'], scope }, '/money')).toBe(200);
  });
});
