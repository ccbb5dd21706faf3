import { beforeAll, describe, expect, test } from 'bun:test';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { idOf, listShippedPackages } from '../../deploy/shippedPackages.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { addProduct, createClient, expectStatus, placeOrder, waitForStatus } from '../processes/client.ts';
import { freePort } from '../processes/server.ts';
import { secret, tokenFor } from '../processes/tokens.ts';
import {
  areNamespacesAvailable,
  assembleImage,
  type Container,
  type Image,
  runContainer,
} from './container.ts';

let image: Image;
const newData = () => join(createScratchFolder('data'), 'data');

/** Ends with 0 once the process answers. */
const waitUntilHealthy = async (container: Container, check: () => Promise<number | null>): Promise<void> => {
  const untilMs = Date.now() + 120_000;
  let ended = false;
  void container.stopped.then(() => {
    ended = true;
  });
  while ((await check()) !== 0)
    if (ended || Date.now() > untilMs)
      throw new Error(`the container does not answer: ${container.output()}`);
};

/** What a process of the image could write to, outside of what every container has from its runtime. */
const findWritable = `
  const { accessSync, constants, readdirSync } = require('node:fs');
  const found = [];
  const look = (path) => {
    try { accessSync(path, constants.W_OK); found.push(path); } catch {}
    let entries = [];
    try { entries = readdirSync(path, { withFileTypes: true }); } catch {}
    for (const entry of entries) {
      const inner = (path === '/' ? '' : path) + '/' + entry.name;
      if (inner === '/proc' || inner === '/dev' || entry.isSymbolicLink()) continue;
      if (entry.isDirectory()) look(inner);
      else try { accessSync(inner, constants.W_OK); found.push(inner); } catch {}
    }
  };
  look('/');
  console.log(JSON.stringify({ found, uid: process.getuid(), groups: process.getgroups() }));`;

/** The packages of a folder, also those that a package has for itself. */
const installedIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?:^|\/node_modules\/)(?:@[^/]+\/)?[^/@]+\/package\.json$/.test(path))
    .map((path) => JSON.parse(readFileSync(join(folder, path), 'utf8')))
    .map(({ name, version }) => `${name}@${version}`);

describe.skipIf(!areNamespacesAvailable())('The image', () => {
  beforeAll(() => {
    image = assembleImage();
  });

  test('It has the packages that the list of licences names, and no others', () => {
    const installed = new Set(installedIn(join(image.root, 'app/node_modules')));
    expect([...installed].toSorted()).toEqual(listShippedPackages().map(idOf).toSorted());
  });

  test('An order is completed in it, the health check follows the process, and a signal ends it', async () => {
    const port = await freePort();
    const env = {
      AUTH_SECRET: secret,
      PORT: String(port),
      DATABASE_URL: 'sqlite:/data/shop.db',
      DRAIN_MS: '0',
    };
    const data = newData();
    const runCheck = () =>
      runContainer(image, { env, data: newData(), args: ['server/healthCheck.ts'] }).stopped;
    expect(await runCheck()).toBe(1);
    const container = runContainer(image, { env, data });
    await waitUntilHealthy(container, runCheck);

    const url = `http://127.0.0.1:${port}`;
    const operator = createClient(url, await tokenFor('op@shop.test', 'operator'));
    const productId = await addProduct(operator, { code: 'image' });
    const customer = createClient(url, await tokenFor('an@shop.test'));
    const orderId = await placeOrder(customer, productId);
    const paid = await customer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa');
    const checkoutId = Reflect.get(Object(expectStatus(paid, 202).body), 'checkoutId');
    await waitForStatus(customer, orderId, 'completed');

    // The invoice needs the fonts, and the pages and the docs need files that a bundle would lose.
    const token = await tokenFor('an@shop.test');
    const invoice = await fetch(`${url}/checkouts/${checkoutId}/invoice`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([invoice.status, (await invoice.text()).slice(0, 5)]).toEqual([200, '%PDF-']);
    for (const path of ['/shop', '/console', '/docs', '/docs/swagger-ui.css', '/docs/json'])
      expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 200]);
    expect(await (await fetch(`${url}/shop`)).text()).toContain('/assets/');

    const smokeTest = fileURLToPath(new URL('../../deploy/smokeTest.sh', import.meta.url));
    const tried = Bun.spawnSync([smokeTest, url]);
    expect([tried.exitCode, tried.stdout.toString()]).toEqual([0, expect.not.stringContaining('WRONG')]);
    expect(Bun.spawnSync([smokeTest, `${url}/elsewhere`]).exitCode).toBe(1);

    expect(await container.stop()).toBe(0);
    expect(await runCheck()).toBe(1);
  });

  test('Nothing but /data can be written in it, and its user is nobody else', async () => {
    const container = runContainer(image, { env: {}, data: newData(), args: ['-e', findWritable] });
    expect(await container.stopped).toBe(0);
    expect(JSON.parse(container.output())).toEqual({ found: ['/data'], uid: 65_532, groups: [] });
  });

  test('Its files belong to root, so that also a writable root gives its user nothing to change', async () => {
    const container = runContainer(image, {
      env: {},
      data: newData(),
      args: ['-e', findWritable],
      isWritable: true,
    });
    expect(await container.stopped).toBe(0);
    expect(JSON.parse(container.output()).found).toEqual(['/data']);

    // The search finds what is left open.
    const open = join(image.root, 'app/server');
    chmodSync(open, 0o777);
    const again = runContainer(image, {
      env: {},
      data: newData(),
      args: ['-e', findWritable],
      isWritable: true,
    });
    expect(await again.stopped).toBe(0);
    chmodSync(open, 0o755);
    expect(JSON.parse(again.output()).found).toEqual(['/app/server', '/data']);
  });

  test('It migrates a database, and a process with a role starts on it', async () => {
    const env = { AUTH_SECRET: secret, DATABASE_URL: 'sqlite:/data/shop.db', ROLE: 'read' };
    const container = runContainer(image, { env, data: newData(), args: ['server/migrate.ts'] });
    expect(await container.stopped).toBe(0);
    expect(container.output()).toBe('The database sqlite:/data/shop.db is up to date.\n');
  });
});
