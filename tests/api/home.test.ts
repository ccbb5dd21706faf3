import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { createTestApi } from './testApi.ts';

describe('The page at the address of the API', () => {
  const open = async (demo: boolean) => {
    const { api } = createTestApi({ demo });
    const reply = await api.handle(new Request('http://localhost/'));
    return { api, reply, html: await reply.text() };
  };

  test('It links to the documentation, the problems and the health of this API alone', async () => {
    const { api, reply, html } = await open(false);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const links = [...html.matchAll(/<a href="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links).toEqual(['/docs', '/docs/json', '/docs/problems', '/health/ready']);
    for (const link of links.filter((one) => one !== '/docs/problems'))
      expect((await api.handle(new Request(`http://localhost${link}`))).status).toBe(200);
    expect(html).not.toMatch(/https?:|<script/);
  });

  test('Its style is the one that its content security policy allows', async () => {
    const { reply, html } = await open(false);
    const style = /<style>([^<]*)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(reply.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}'`);
  });

  test('It says how to get a token in demo mode only', async () => {
    expect((await open(true)).html).toContain('/demo/tokens');
    expect((await open(false)).html).not.toContain('/demo/tokens');
  });

  test('It has an icon where browsers look for one', async () => {
    const { api } = await open(false);
    const icon = await api.handle(new Request('http://localhost/favicon.ico'));
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(await icon.text()).toStartWith('<svg ');
  });
});
