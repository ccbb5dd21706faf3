import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import { readOneServer, readReplicaFirst, withConsistencyToken } from '../../api/http/consistency.ts';
import type { LogPosition, Reached } from '../../core/consistency.ts';
import type { ReplicaState } from '../../core/replica.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { createTestApi } from './testApi.ts';

const requestOf = (method: string, path: string, token?: string) =>
  new Request(`http://shop${path}`, {
    method,
    ...(token !== undefined && { headers: { 'consistency-token': token } }),
  });

describe('The answer to a command', () => {
  const position = { timeline: 1, lsn: '0/AB' };
  const answerWith = async (status: number, method = 'POST', found = ok<LogPosition | null>(position)) => {
    let answered = false;
    let asked = 0;
    const fetch = withConsistencyToken(
      async () => {
        await Promise.resolve();
        answered = true;
        return new Response(null, { status });
      },
      async () => {
        expect(answered).toBe(true);
        asked++;
        return found;
      },
    );
    const response = await fetch(requestOf(method, '/orders'));
    return { token: response.headers.get('consistency-token'), asked };
  };

  test.each([200, 201, 202, 204, 402, 404, 409, 422])(
    'It has a token that was asked for when it was there, with status %p',
    async (status) => expect(await answerWith(status)).toEqual({ token: '1-0-AB', asked: 1 }),
  );

  test.each([400, 401, 403, 413, 429, 503])(
    'It asks the database for nothing if the request was refused before, with status %p',
    async (status) => expect(await answerWith(status)).toEqual({ token: null, asked: 0 }),
  );

  test.each(['GET', 'HEAD', 'OPTIONS'])('The answer to %s has none', async (method) => {
    expect(await answerWith(200, method)).toEqual({ token: null, asked: 0 });
  });

  test('It is given without a token if the database cannot be asked any more', async () => {
    expect((await answerWith(201, 'POST', ok(null))).token).toBeNull();
    const outage = err({ kind: 'unavailable', reason: 'gone' } as const) as never;
    expect((await answerWith(201, 'POST', outage)).token).toBeNull();
  });
});

describe('A query', () => {
  const createFixture = (state: ReplicaState, reached: Reached = 'reached') => {
    const timer = createManualTimer(createTestWorld());
    const asked: string[] = [];
    const routes: string[] = [];
    const replica = { answer: async (): Promise<Response> => new Response('replica') };
    const fetch = readReplicaFirst(
      async () => {
        asked.push('primary');
        return new Response('primary');
      },
      () => {
        asked.push('replica');
        return replica.answer();
      },
      {
        state: () => state,
        waitFor: async () => reached,
        count: (route) => routes.push(route),
      },
      timer,
    );
    const ask = async (path: string, token?: string, method = 'GET') =>
      (await fetch(requestOf(method, path, token))).text();
    return { ask, asked, routes, replica, timer };
  };

  test('The replica answers it while it is up, and once it has what a token names', async () => {
    const { ask, routes } = createFixture('up');
    expect(await ask('/orders')).toBe('replica');
    expect(await ask('/orders', '1-0-1')).toBe('replica');
    expect(routes).toEqual(['replica', 'replica']);
  });

  test.each([
    ['away', 'reached', undefined, 'primary_away'],
    ['behind', 'reached', undefined, 'primary_behind'],
    ['up', 'not_yet', '1-0-1', 'primary_token'],
    ['up', 'other_timeline', '1-0-1', 'primary_token'],
    ['up', 'primary', '1-0-1', 'primary_token'],
  ] as const)(
    'The primary answers it if the replica is %s and has %s, token %p',
    async (state, reached, token, route) => {
      const { ask, asked, routes } = createFixture(state, reached);
      expect(await ask('/orders', token)).toBe('primary');
      expect(asked).toEqual(['primary']);
      expect(routes).toEqual([route]);
    },
  );

  test('A token that cannot be read is ignored', async () => {
    expect(await createFixture('up', 'not_yet').ask('/orders', 'nonsense')).toBe('replica');
  });

  test('The primary answers it if the replica fails, or says nothing for two seconds', async () => {
    const failed = createFixture('up');
    failed.replica.answer = async () => new Response(null, { status: 503 });
    expect(await failed.ask('/orders')).toBe('primary');
    const silent = createFixture('up');
    silent.replica.answer = () => new Promise(() => {});
    const answer = silent.ask('/orders');
    await silent.timer.advance(2_000);
    expect(await answer).toBe('primary');
    expect([...failed.routes, ...silent.routes]).toEqual(['primary_failed', 'primary_failed']);
  });

  test.each(['/health/ready', '/docs/json', '/live', '/metrics', '/session', '/', '/shop/cart', '/console'])(
    'The process itself answers %s',
    async (path) => expect(await createFixture('up').ask(path)).toBe('primary'),
  );

  test('The document names the token for every query that a replica can answer, and for no other', async () => {
    const { body } = await createTestApi().call('GET', '/docs/json');
    const { paths } = body as { readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
    const queries = Object.entries(paths).filter(([, operations]) => operations.get !== undefined);
    expect(queries.length).toBeGreaterThan(30);
    for (const [path, { get }] of queries) {
      const answeredBy = await createFixture('up').ask(path.replace(/\{\w+\}/g, 'x'));
      const takesToken = JSON.stringify(get).includes('"name":"Consistency-Token"');
      expect([path, takesToken]).toEqual([path, answeredBy === 'replica']);
    }
  });

  test('A command goes to the primary, whatever its token', async () => {
    const { ask, routes } = createFixture('up');
    expect(await ask('/orders', '1-0-1', 'POST')).toBe('primary');
    expect(routes).toEqual([]);
  });

  test.each([
    ['reached', 'read'],
    ['primary', 'read'],
    ['not_yet', 'refused'],
    ['other_timeline', 'refused'],
  ] as const)('A process with one server that has %s answers: %s', async (reached, answer) => {
    const respond = (text: string) => () => new Response(text);
    const fetch = readOneServer(respond('read'), async () => reached, respond('refused'));
    expect(await (await fetch(requestOf('GET', '/orders', '1-0-1'))).text()).toBe(answer);
    expect(await (await fetch(requestOf('GET', '/orders'))).text()).toBe('read');
    expect(await (await fetch(requestOf('GET', '/health/ready', '1-0-1'))).text()).toBe('read');
  });
});
