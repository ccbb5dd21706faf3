import { describe, expect, test } from 'bun:test';
import { createTestApi } from './testApi.ts';

const path = 'http://localhost/.well-known/security.txt';

describe('The file security.txt', () => {
  test('It says where to report a hole, and expires within a year', async () => {
    const { api, world } = createTestApi({
      securityContact: 'mailto:security@shop.example',
      ownApp: true,
    });
    const reply = await api.handle(new Request(path));
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    const text = await reply.text();
    expect(text).toMatch(
      /^Contact: mailto:security@shop\.example\nExpires: \S+T00:00:00\.000Z\nPreferred-Languages: en, vi\n$/,
    );
    const days = (Date.parse(/Expires: (\S+)/.exec(text)?.[1] ?? '') - world.clock.nowMs()) / 86_400_000;
    expect(days).toBeGreaterThan(170);
    expect(days).toBeLessThan(365);
  });

  test('It is not found if the shop names nobody', async () => {
    const { api } = createTestApi();
    const reply = await api.handle(new Request(path));
    expect([reply.status, reply.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });
});
