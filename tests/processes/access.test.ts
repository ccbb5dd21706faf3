import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type AppOptions, killAllApps, launchApp, type Runtime, startApp, stopApp } from './processes.ts';

/** Real processes, real tokens and a real key set, over HTTP. */

afterEach(killAllApps);

const open = { AUTH_SECRET: undefined, NODE_ENV: undefined };
const shop = (env: AppOptions['env'], runtime: Runtime = 'bun'): AppOptions => ({
  databaseUrl: 'sqlite::memory:',
  runtime,
  env: { LOG_LEVEL: 'warn', ...env },
});

const claims = { email: 'lan@example.com', roles: ['customer'] };
type Key = Parameters<SignJWT['sign']>[0];
const sign = (
  header: { alg: string; kid?: string },
  key: Key,
  more: Readonly<Record<string, unknown>> = {},
) =>
  new SignJWT({ ...claims, ...more })
    .setProtectedHeader(header)
    .setSubject('lan')
    .setExpirationTime('1h')
    .sign(key);
const octets = (text: string) => new TextEncoder().encode(text);

const answer = async (url: string, token: string): Promise<string> => {
  const response = await fetch(`${url}/orders`, { headers: { authorization: `Bearer ${token}` } });
  await response.arrayBuffer();
  const reason = /error_description="(.*)"$/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
  return reason === undefined ? `${response.status}` : `${response.status} ${reason}`;
};

const reaches = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/health/live`)).ok;
  } catch {
    return false;
  }
};

describe('Demo mode', () => {
  for (const runtime of ['bun', 'deno'] as const)
    test(`Demo mode on ${runtime} listens on 127.0.0.1, and the banner says so and warns`, async () => {
      const app = await startApp(shop(open, runtime));
      await app.waitForOutput('only programs on this machine reach it');
      expect(app.output()).toContain(`API   http://127.0.0.1:${app.port}\n`);
      expect(app.output()).toContain('WARNING  Demo mode: anyone can get a token');
      // On Linux all of 127.0.0.0/8 is this machine, so this address shows that not every one is listened on.
      expect(await reaches(`http://127.0.0.2:${app.port}`)).toBeFalse();
      await stopApp(app);
    }, 120_000);

  test.if(process.platform === 'linux')(
    'HOST opens demo mode to other machines, with a warning',
    async () => {
      const app = await startApp(shop({ ...open, HOST: '0.0.0.0' }));
      await app.waitForOutput('it listens on every address of this machine');
      await app.waitForOutput('other machines can reach demo mode');
      expect(await reaches(`http://127.0.0.2:${app.port}`)).toBeTrue();
      await stopApp(app);
    },
    120_000,
  );

  test('Demo mode is refused by name, and nothing listens', async () => {
    const live = {
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_API_KEY: 'sk_live_1',
      STRIPE_WEBHOOK_SECRET: 'whsec_1',
    };
    for (const [env, reason] of [
      [{ ...open, ...live }, 'a live key of Stripe has no demo mode'],
      [{ ...open, NODE_ENV: 'prod' }, 'NODE_ENV is "prod": write development, test or production'],
      [{ ...open, NODE_ENV: 'production' }, 'NODE_ENV=production has no demo mode'],
    ] as const) {
      const app = await launchApp(shop(env));
      expect(await app.stopped).toEqual({ code: 1, signal: null });
      expect(app.output()).toContain(reason);
    }
  }, 120_000);
});

test('In production a database on another machine without TLS is warned about', async () => {
  // This address leads to this machine and does not say so. Nothing listens on the port.
  const url = 'postgres://shop:hunter2@0.0.0.0:1/shop';
  const start = (more: AppOptions['env']) =>
    launchApp({ ...shop({ DATABASE_WAIT_MS: '0', ...more }), databaseUrl: url });
  const [production, development] = [await start({}), await start({ NODE_ENV: 'development' })];
  await Promise.all([production.stopped, development.stopped]);
  expect(production.output()).toContain('the connection to the database may pass the network as clear text');
  expect(production.output()).not.toContain('hunter2');
  expect(development.output()).not.toContain('clear text');
}, 120_000);

describe('Tokens', () => {
  let server: Server;
  let keySetUrl = '';
  let es: Awaited<ReturnType<typeof generateKeyPair>>;
  let rs: Awaited<ReturnType<typeof generateKeyPair>>;

  beforeAll(async () => {
    [es, rs] = [await generateKeyPair('ES256'), await generateKeyPair('RS256')];
    const keys = [
      { ...(await exportJWK(es.publicKey)), kid: 'es' },
      { ...(await exportJWK(rs.publicKey)), kid: 'rs' },
    ];
    server = createServer((_, response) => response.end(JSON.stringify({ keys }))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    keySetUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/keys`;
  });
  afterAll(() => {
    server.close();
  });

  test('RS256 and ES256 tokens of a key set are accepted in production, with roles where the issuer has them', async () => {
    const app = await startApp(
      shop({
        AUTH_SECRET: undefined,
        AUTH_JWKS_URL: keySetUrl,
        AUTH_ISSUER: 'https://id.example.com/realms/shop',
        AUTH_AUDIENCE: 'shop',
        AUTH_ROLES_CLAIM: 'realm_access.roles',
      }),
    );
    const ours = {
      iss: 'https://id.example.com/realms/shop',
      aud: ['account', 'shop'],
      realm_access: { roles: ['customer', 'offline_access'] },
    };
    expect(await answer(app.url, await sign({ alg: 'ES256', kid: 'es' }, es.privateKey, ours))).toBe('200');
    expect(await answer(app.url, await sign({ alg: 'RS256', kid: 'rs' }, rs.privateKey, ours))).toBe('200');
    const refused = async (more: object, kid = 'es') =>
      answer(app.url, await sign({ alg: 'ES256', kid }, es.privateKey, { ...ours, ...more }));
    expect(await refused({ aud: 'another application' })).toBe(
      '401 The token is for another audience (claim aud)',
    );
    expect(await refused({ iss: 'https://evil.example' })).toBe(
      '401 The token is of another issuer (claim iss)',
    );
    expect(await refused({ realm_access: undefined })).toBe(
      '401 The token has no roles (claim realm_access.roles)',
    );
    expect(await refused({}, 'withdrawn')).toBe('401 The token is signed with an unknown key (kid)');
    expect(await answer(app.url, await sign({ alg: 'HS256' }, octets('x'.repeat(32)), ours))).toBe(
      '401 The algorithm of the token is not accepted (alg): sign it with RS256 or ES256',
    );
    await app.waitForOutput('a token was refused');
    await stopApp(app);
  }, 120_000);

  test('The command of the README makes a token of an operator', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const command = /```sh\n(token=\$\(bun -e [\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const secret = 'r'.repeat(32);
    const app = await startApp(shop({ AUTH_SECRET: secret }));
    const shell = spawnSync('sh', ['-c', command.replace('http://localhost:3000', app.url)], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, AUTH_SECRET: secret },
      encoding: 'utf8',
    });
    expect(shell.stderr).toBe('');
    expect(shell.stdout).toContain('"oldestReadyAgeMs":');
    await stopApp(app);
  }, 120_000);

  for (const runtime of ['bun', 'deno'] as const)
    test(`On ${runtime} a token of 8 KiB of either secret is accepted beside other headers, and a longer one gets the reason`, async () => {
      const [current, previous] = ['c'.repeat(32), 'p'.repeat(32)];
      const app = await startApp(shop({ AUTH_SECRET: current, AUTH_SECRET_PREVIOUS: previous }, runtime));
      const token = (key: string, length = 0) =>
        sign({ alg: 'HS256' }, octets(key), { padding: 'x'.repeat(length) });
      const bare = (await token(current)).length;
      const padding = Math.floor(((8_192 - bare) * 3) / 4);
      for (const key of [current, previous]) {
        const long = await token(key, padding);
        expect(long.length).toBeGreaterThan(8_189);
        const headers = { authorization: `Bearer ${long}`, cookie: `theme=${'x'.repeat(4_000)}` };
        expect((await fetch(`${app.url}/orders`, { headers })).status).toBe(200);
      }
      const tooLong = '401 The token is too long: at most 8192 bytes are read';
      expect(await answer(app.url, await token(current, padding + 4))).toBe(tooLong);
      expect(await answer(app.url, await token(current, 11_000))).toBe(tooLong);
      expect(await answer(app.url, await token('another secret of 32 bytes or more'))).toBe(
        '401 The signature of the token is wrong',
      );
      await stopApp(app);
    }, 120_000);
});
