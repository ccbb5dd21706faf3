import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, pageOf, pathsOf, textAt } from './reply.ts';
import { serviceKeyBody } from './serviceKeyResponses.ts';
import { type Api, createTestApi, tokenOf } from './testApi.ts';

const idempotencyKey = { 'idempotency-key': '7d7d2a5e-0f0c-4c0e-9d38-0c4a5d1a5f01' };

describe('POST /keys', () => {
  test('A new key is shown once, is let in with its permissions, and is stored as a hash', async () => {
    const api = createTestApi();
    const permissions = ['queue:read', 'orders:read'];
    const reply = expectStatus(await api.operator.post('/keys', { ...serviceKeyBody, permissions }), 201);
    expect(reply.body).toEqual({
      id: expect.any(String),
      name: 'Nightly report',
      permissions: ['orders:read', 'queue:read'],
      createdBy: { id: 'operator-1', email: 'operator-1@example.com' },
      createdAt: '2026-03-01T08:00:00.000Z',
      expiresAt: '2099-01-01T00:00:00.000Z',
      lastUsedAt: null,
      key: expect.stringMatching(/^cwk_[A-Za-z0-9_-]{43}$/),
    });
    const token = textAt(reply, 'key');
    for (const scheme of ['Bearer', 'bearer', 'BEARER'])
      expectStatus(
        await api.call('GET', '/queue', { headers: { authorization: `${scheme} ${token}` } }),
        200,
      );
    expect(codeOf(await api.call('GET', '/money', { token }))).toBe('403 forbidden');
    const listed = await api.operator.get('/keys');
    expect(JSON.stringify(listed.body)).not.toContain(token);
    const [key] = (await api.store.serviceKeys.list({ after: null, limit: 9 }))._unsafeUnwrap().items;
    expect(JSON.stringify(key)).not.toContain(token.slice(4));
  });

  test('A replay under an Idempotency-Key has the first key without its secret', async () => {
    const { operator } = createTestApi();
    const first = expectStatus(await operator.post('/keys', serviceKeyBody, idempotencyKey), 201);
    const again = expectStatus(await operator.post('/keys', serviceKeyBody, idempotencyKey), 201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const { key: _, ...rest } = first.body as Readonly<Record<string, unknown>>;
    expect(again.body).toEqual(rest);
    expect((await pageOf(operator.get('/keys'))).items).toHaveLength(1);
    for (const changes of [
      { name: 'Another' },
      { permissions: ['money:read'] },
      { expiresAt: '2098-01-01T00:00:00Z' },
    ]) {
      const reused = await operator.post('/keys', { ...serviceKeyBody, ...changes }, idempotencyKey);
      expect(codeOf(reused)).toBe('422 idempotency_key_reused');
    }
  });

  test('A replay has the first answer also when the key has expired, and a new key is refused then', async () => {
    const { operator, world } = createTestApi();
    const body = { ...serviceKeyBody, expiresAt: '2026-03-01T08:00:10Z' };
    const first = expectStatus(await operator.post('/keys', body, idempotencyKey), 201);
    world.advance(10_000);
    const again = expectStatus(await operator.post('/keys', body, idempotencyKey), 201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(textAt(again, 'id')).toBe(textAt(first, 'id'));
    for (const headers of [{}, { 'idempotency-key': crypto.randomUUID() }]) {
      const refused = await operator.post('/keys', body, headers);
      expect(codeOf(refused)).toBe('422 validation_failed');
      expect(pathsOf(refused)).toEqual(['/expiresAt']);
    }
  });

  test('A key never has a permission that its maker lacks', async () => {
    const { call, world, operator } = createTestApi();
    const maker = await operatorWith(world, ['keys:write', 'orders:read']);
    const permissions = ['orders:read', 'money:write', 'refunds:write'];
    const refused = await call('POST', '/keys', { token: maker, body: { ...serviceKeyBody, permissions } });
    expect(codeOf(refused)).toBe('403 forbidden');
    expect(refused.body).toMatchObject({ missing: ['refunds:write', 'money:write'] });
    expectStatus(await call('POST', '/keys', { token: maker, body: serviceKeyBody }), 201);
    expect((await pageOf(operator.get('/keys'))).items).toHaveLength(1);
  });

  test.each([
    ['the permission keys:write', { permissions: ['keys:write'] }, '/permissions/0'],
    ['an unknown permission', { permissions: ['orders:write'] }, '/permissions/0'],
    ['no permission', { permissions: [] }, '/permissions'],
    ['a permission twice', { permissions: ['orders:read', 'orders:read'] }, '/permissions'],
    ['no name', { name: '' }, '/name'],
    ['a time that is now', { expiresAt: '2026-03-01T08:00:00.000Z' }, '/expiresAt'],
    ['a day', { expiresAt: '2027-03-01' }, '/expiresAt'],
    ['a time after the year 9999', { expiresAt: '9999-12-31T23:59:59-01:00' }, '/expiresAt'],
    ['a day that does not exist', { expiresAt: '2027-02-30T00:00:00Z' }, '/expiresAt'],
    ['no time', { expiresAt: undefined }, '/expiresAt'],
    ['null for a time', { expiresAt: null }, '/expiresAt'],
    ['an unknown field', { role: 'operator' }, '/role'],
  ])('A key with %s is rejected', async (_, changes, path) => {
    const reply = await createTestApi().operator.post('/keys', { ...serviceKeyBody, ...changes });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });
});

const operatorWith = (world: Api['world'], permissions: readonly string[]): Promise<string> => {
  return tokenOf(world, { sub: 'ops', email: 'ops@example.com', roles: ['operator'], permissions });
};
