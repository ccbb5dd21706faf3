import { describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { addDifference } from './differences.ts';
import { codeOf, expectStatus, pageOf, textAt, valueAt } from './reply.ts';
import { serviceKeyBody } from './serviceKeyResponses.ts';
import { type Api, createTestApi } from './testApi.ts';

const minuteMs = 60_000;
const idempotencyKey = { 'idempotency-key': '7d7d2a5e-0f0c-4c0e-9d38-0c4a5d1a5f01' };

/** An operator makes a key. Returns its id and its secret. */
const makeKey = async ({ operator }: Api, changes: Readonly<Record<string, unknown>> = {}) => {
  const reply = expectStatus(await operator.post('/keys', { ...serviceKeyBody, ...changes }), 201);
  return { id: textAt(reply, 'id'), secret: textAt(reply, 'key') };
};

/** Several apps over one store and one clock, as processes over one database. */
const createProcesses = (...roles: readonly ('all' | 'checkout' | 'read')[]) => {
  const world = createTestWorld();
  const store = createMemoryStore(world);
  const apis = roles.map((role) => createTestApi({ world, role, wrapStore: () => store, ownApp: true }));
  return { world, store, apis };
};

describe('A service key', () => {
  test('A key is refused from its expiry time on, also where it is cached', async () => {
    const api = createTestApi();
    const { secret: token } = await makeKey(api, { expiresAt: '2026-03-01T08:00:10Z' });
    expectStatus(await api.call('GET', '/orders', { token }), 200);
    api.world.advance(9_999);
    expectStatus(await api.call('GET', '/orders', { token }), 200);
    api.world.advance(1);
    const refused = await api.call('GET', '/orders', { token });
    expect(codeOf(refused)).toBe('401 unauthenticated');
    expect(refused.headers.get('www-authenticate')).toContain('has expired');
    expect((await pageOf(api.operator.get('/keys'))).items).toHaveLength(1);
  });

  test('An unknown key is 401, and one that is malformed is not looked up', async () => {
    let reads = 0;
    const { call } = createTestApi({
      wrapStore: (store) => ({
        ...store,
        serviceKeys: {
          ...store.serviceKeys,
          findByHash: (hash) => {
            reads++;
            return store.serviceKeys.findByHash(hash);
          },
        },
      }),
    });
    for (const [token, expected] of [
      [`cwk_${'a'.repeat(43)}`, 1],
      ['cwk_', 1],
      [`cwk_${'a'.repeat(42)}`, 1],
      [`cwk_${'a'.repeat(44)}`, 1],
      [`cwk_${'ü'.repeat(43)}`, 1],
    ] as const) {
      const reply = await call('GET', '/queue', { token });
      expect(codeOf(reply)).toBe('401 unauthenticated');
      expect(reply.headers.get('www-authenticate')).toStartWith('Bearer error="invalid_token"');
      expect(reads).toBe(expected);
    }
  });

  test('Refused keys are logged once a minute with their number, and without any part of a key', async () => {
    const { call, warnings, logTimer } = createTestApi({ ownApp: true });
    const token = `cwk_${'a'.repeat(43)}`;
    for (let index = 0; index < 100; index++) await call('GET', '/queue', { token });
    await logTimer.advance(minuteMs);
    const reason = 'The service key is not known, or it was ended';
    expect(warnings).toEqual([
      { message: 'a service key was refused', facts: { reason } },
      { message: 'a service key was refused', facts: { reason, count: 99 } },
    ]);
  });

  test('Requests get 503 while keys cannot be read', async () => {
    const api = createTestApi({
      wrapStore: (store) => ({
        ...store,
        serviceKeys: {
          ...store.serviceKeys,
          findByHash: async () => err({ kind: 'unavailable', reason: 'the database is down' }),
        },
      }),
    });
    const { secret: token } = await makeKey(api);
    expect(codeOf(await api.call('GET', '/orders', { token }))).toBe('503 unavailable');
  });

  test('A hundred requests at once read a key once and record one use', async () => {
    const counts = { findByHash: 0, recordUse: 0 };
    const api = createTestApi({
      wrapStore: (store) => ({
        ...store,
        serviceKeys: {
          ...store.serviceKeys,
          findByHash: async (hash) => {
            counts.findByHash++;
            return store.serviceKeys.findByHash(hash);
          },
          recordUse: async (id, atMs) => {
            counts.recordUse++;
            return store.serviceKeys.recordUse(id, atMs);
          },
        },
      }),
    });
    const { secret: token } = await makeKey(api);
    const replies = await Promise.all(
      Array.from({ length: 100 }, () => api.call('GET', '/orders', { token })),
    );
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(counts).toEqual({ findByHash: 1, recordUse: 1 });
  });

  test('A use that cannot be recorded refuses no request', async () => {
    const api = createTestApi({
      wrapStore: (store) => ({
        ...store,
        serviceKeys: {
          ...store.serviceKeys,
          recordUse: async () => err({ kind: 'unavailable', reason: 'the disk is full' }),
        },
      }),
    });
    const { secret: token } = await makeKey(api);
    expectStatus(await api.call('GET', '/orders', { token }), 200);
  });

  test('The last use is shown to the minute, and is not written by a process that only reads', async () => {
    const { world, apis } = createProcesses('all', 'read');
    const [all, reader] = apis as [Api, Api];
    const { secret: token } = await makeKey(all);
    const lastUsed = async () => valueAt((await pageOf(all.operator.get('/keys'))).items[0], 'lastUsedAt');
    world.advance(minuteMs + 12_345);
    expectStatus(await reader.call('GET', '/orders', { token }), 200);
    expect(await lastUsed()).toBeNull();
    expectStatus(await all.call('GET', '/orders', { token }), 200);
    expect(await lastUsed()).toBe('2026-03-01T08:01:00.000Z');
    world.advance(minuteMs / 2);
    expectStatus(await all.call('GET', '/orders', { token }), 200);
    expect(await lastUsed()).toBe('2026-03-01T08:01:00.000Z');
    world.advance(minuteMs / 2);
    expectStatus(await all.call('GET', '/orders', { token }), 200);
    expect(await lastUsed()).toBe('2026-03-01T08:02:00.000Z');
  });

  test('A case that a key acknowledges names the key', async () => {
    const api = createTestApi();
    const { id, secret: token } = await makeKey(api, { permissions: ['money:write'] });
    const caseId = await addDifference(api);
    const reply = await api.call('POST', '/money/ledger_differences/acknowledgements', {
      token,
      body: { caseId, note: 'a test charge' },
    });
    expect(expectStatus(reply, 201).body).toMatchObject({
      acknowledgement: { actor: { id, name: 'Nightly report' } },
    });
  });

  test('Two service keys never meet in one Idempotency-Key', async () => {
    const api = createTestApi();
    const permissions = ['money:write'];
    const keys = [await makeKey(api, { permissions }), await makeKey(api, { permissions })];
    const ids: string[] = [];
    for (const { secret: token } of [...keys, ...keys]) {
      const options = { token, body: { day: '2026-02-28' }, headers: idempotencyKey };
      ids.push(textAt(expectStatus(await api.call('POST', '/money/reconciliations', options), 202), 'id'));
    }
    expect(new Set(ids).size).toBe(2);
    expect(ids.slice(0, 2)).toEqual(ids.slice(2));
  });
});

describe('DELETE /keys/{id}', () => {
  test('An ended key is refused at once by the process that ended it, and ending it again is 204', async () => {
    const { apis } = createProcesses('all');
    const [api] = apis as [Api];
    const { id, secret: token } = await makeKey(api);
    expectStatus(await api.call('GET', '/orders', { token }), 200);
    for (let time = 0; time < 2; time++) expectStatus(await api.operator.remove(`/keys/${id}`), 204);
    expect(codeOf(await api.call('GET', '/orders', { token }))).toBe('401 unauthenticated');
    expect((await pageOf(api.operator.get('/keys'))).items).toEqual([]);
  });

  test('The id of a key that never was is 404, so that nobody believes a stolen key is ended', async () => {
    const api = createTestApi();
    const { id } = await makeKey(api);
    for (const never of ['x', crypto.randomUUID(), id.replace(/.$/, (last) => (last === '0' ? '1' : '0'))])
      expect(codeOf(await api.operator.remove(`/keys/${never}`))).toBe('404 not_found');
  });

  test('A key that is ended while it is being read is refused', async () => {
    let release = () => {};
    const api = createTestApi({
      ownApp: true,
      wrapStore: (store) => ({
        ...store,
        serviceKeys: {
          ...store.serviceKeys,
          findByHash: async (hash) => {
            const found = await store.serviceKeys.findByHash(hash);
            await new Promise<void>((resolve) => {
              release = resolve;
            });
            return found;
          },
        },
      }),
    });
    const { id, secret: token } = await makeKey(api);
    const request = api.call('GET', '/orders', { token });
    expectStatus(await api.operator.remove(`/keys/${id}`), 204);
    release();
    expect(codeOf(await request)).toBe('401 unauthenticated');
  });

  test('A thousand requests with a key that another process has ended are refused after 60 seconds', async () => {
    const { world, apis } = createProcesses('all', 'checkout', 'read');
    const [all, ...others] = apis as [Api, ...Api[]];
    const { id, secret: token } = await makeKey(all);
    const countLetIn = async ({ call }: Api) => {
      // A route that both roles serve.
      const path = '/checkouts/01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
      const replies = await Promise.all(Array.from({ length: 1_000 }, () => call('GET', path, { token })));
      return replies.filter(({ status }) => status !== 401).length;
    };
    for (const other of others) expect(await countLetIn(other)).toBe(1_000);
    expectStatus(await all.operator.remove(`/keys/${id}`), 204);
    expect(await countLetIn(all)).toBe(0);
    world.advance(60_000);
    for (const other of others) expect(await countLetIn(other)).toBe(0);
  });
});
