import { describe, expect, test } from 'bun:test';
import { createTestApi } from './testApi.ts';

describe('The address of the API', () => {
  test.each([
    ['all' as const, '/shop'],
    ['read' as const, '/shop'],
    ['checkout' as const, '/docs'],
  ])('A browser that opens the address of a process with the role %s is sent to %s', async (role, target) => {
    const { api } = createTestApi({ role });
    const reply = await api.handle(new Request('http://localhost/'));
    expect([reply.status, reply.headers.get('location')]).toEqual([302, target]);
    const next = await api.handle(new Request(`http://localhost${target}`));
    expect(next.headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  test('It has an icon where browsers look for one', async () => {
    const { api } = createTestApi();
    const icon = await api.handle(new Request('http://localhost/favicon.ico'));
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(await icon.text()).toStartWith('<svg ');
  });
});
