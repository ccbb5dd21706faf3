import { expect, test } from 'bun:test';
import { codeOf } from './reply.ts';
import { createTestApi } from './testApi.ts';

test('A forbidden request is logged with its reason, and repetitions are one line a minute with their number', async () => {
  const api = createTestApi({ ownApp: true });
  const lan = api.customer('lan');
  const tries = async (times: number) => {
    for (let time = 0; time < times; time++) expect(codeOf(await lan.get('/activity'))).toBe('403 forbidden');
  };
  await tries(1);
  expect(api.warnings).toMatchObject([
    { message: 'request forbidden', facts: { method: 'GET', route: '/activity' } },
  ]);
  const [first] = api.warnings;
  expect(String(first?.facts.reason)).toContain('activity:read');
  expect(String(first?.facts.requestId)).not.toBe('');
  await tries(1_000);
  expect(api.warnings).toHaveLength(1);
  await api.logTimer.advance(60_000);
  expect(api.warnings).toHaveLength(2);
  expect(api.warnings[1]?.facts).toMatchObject({ count: 1_000, route: '/activity' });
});

test('The lines of a forbidden and of a failed request name the route, and nobody in its path', async () => {
  const api = createTestApi({
    ownApp: true,
    wrapStore: (store) => ({
      ...store,
      activity: {
        ...store.activity,
        list: () => {
          throw new Error('a bug');
        },
      },
    }),
  });
  const path = '/customers/lan%40example.com/export';
  expect(codeOf(await api.customer('lan').get(path))).toBe('403 forbidden');
  expect(codeOf(await api.operator.get(path))).toBe('500 internal');
  const lines = [...api.warnings, ...api.errors];
  expect(lines).toMatchObject([
    { message: 'request forbidden', facts: { route: '/customers/:id/export' } },
    { message: 'request failed', facts: { route: '/customers/:id/export' } },
  ]);
  expect(JSON.stringify(lines)).not.toContain('example.com');
});
