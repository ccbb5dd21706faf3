import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { gatewayAvailable } from './gateway.ts';
import { createGround, type Ground } from './ground.ts';
import { raisedLimits } from './raisedLimits.ts';
import { sendRaw } from './raw.ts';

/** Each is a way to write the path of a customer. A gateway reads them all, and `fetch` would put them right. */
const unusual = [
  '/./customers/secret',
  '//customers/secret',
  '/x/../customers/secret',
  '/%63ustomers/secret',
  '/x/%2e%2e/customers/secret',
  '/customers//secret',
  '/customers/secret/../secret',
  '/Customers/secret',
];

describe.if(gatewayAvailable())('The log of the gateway', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await createGround({ edits: raisedLimits });
  });
  afterAll(() => ground.close());

  test('The log has no id of a customer, however its path is written, and the paths of files as they are', async () => {
    const port = Number(new URL(ground.gateway.url).port);
    for (const path of [...unusual, '/.well-known/security.txt', '/customers/secret/export?secret'])
      await sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n`);
    await ground.gateway.quit();
    const paths = ground.gateway.log().map(({ path }) => path);
    expect(paths).toContain('/.well-known/security.txt');
    expect(paths).toContain('/customers/:id/export');
    expect(paths.filter((path) => path === '/:unusual')).toHaveLength(5);
    expect(paths.filter((path) => path.includes('secret') && path !== '/.well-known/security.txt')).toEqual(
      [],
    );
    await ground.gateway.start();
  });
});
