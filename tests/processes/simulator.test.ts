import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createStripeProvider } from '../../adapters/stripe/provider.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { chargeRequest, ledgerOfProvider } from '../provider/harness.ts';
import { createScratchFolder } from './cleanup.ts';

const webhookSecret = 'whsec_test_program';
const root = fileURLToPath(new URL('../..', import.meta.url));

const directory = createScratchFolder('simulator', { inMemory: true });
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** Starts the program in its own process. Its records are in a file of that name. */
const start = async (name: string, env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(process.execPath, ['server/simulator.ts'], {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      DATABASE_URL: `sqlite:${join(directory, `${name}.db`)}`,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const [output] = await once(child.stdout, 'data');
  expect(String(output)).toContain(env.WEBHOOK_URL === undefined ? 'no events' : env.WEBHOOK_URL);
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(String(output)) ?? [];
  const provider = createStripeProvider(systemTimer, {
    apiKey: 'sk_test_program',
    webhookSecret,
    baseUrl: url,
    timeoutMs: 10_000,
    pauseMs: 1,
  });
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    const closed = once(child, 'exit');
    child.kill(signal);
    return (await closed)[0];
  };
  return { url, provider, end };
};

test('The charges and unsent events of the simulator survive a crash', async () => {
  const bodies: string[] = [];
  const headers: string[] = [];
  let isOpen = false;
  const received = Promise.withResolvers<void>();
  const shop = Bun.serve({
    port: 0,
    fetch: async (request) => {
      if (!isOpen) return new Response(null, { status: 503 });
      bodies.push(await request.text());
      headers.push(request.headers.get('stripe-signature') ?? '');
      received.resolve();
      return new Response(null, { status: 204 });
    },
  });
  const env = { WEBHOOK_URL: `http://127.0.0.1:${shop.port}/webhooks/stripe` };
  try {
    const first = await start('crashed', env);
    const charged = await first.provider.charge(chargeRequest('a'));
    expect(charged.kind).toBe('succeeded');
    await first.end('SIGKILL');
    expect((await first.provider.charge(chargeRequest('a'))).kind).toBe('unavailable');

    isOpen = true;
    const second = await start('crashed', env);
    expect(await second.provider.charge(chargeRequest('a'))).toEqual(charged);
    expect(await ledgerOfProvider(second.provider, Date.now() + 1_000)).toHaveLength(1);
    await received.promise;
    const webhook = { body: bodies[0] ?? '', header: () => headers[0] ?? null };
    const event = (await second.provider.readEvent(webhook, Date.now()))._unsafeUnwrap();
    expect(event).toMatchObject({
      type: 'payment_intent.succeeded',
      subject: { kind: 'payment', paymentId: 'a', succeeded: true },
    });
    expect(await second.end('SIGTERM')).toBe(0);
  } finally {
    await shop.stop(true);
  }
}, 120_000);

describe('a running simulator', () => {
  let program: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    program = await start('running');
  });
  afterAll(async () => {
    expect(await program.end('SIGTERM')).toBe(0);
  });

  test('The simulator breaks connections for real, and its challenge page redirects to the shop', async () => {
    const { url, provider } = program;
    expect((await provider.charge(chargeRequest('a', 'pm_sim_lost_ok'))).kind).toBe('unknown');
    expect((await provider.charge(chargeRequest('a', 'pm_sim_lost_ok'))).kind).toBe('succeeded');
    expect((await provider.charge(chargeRequest('b', 'pm_sim_lost_before'))).kind).toBe('unknown');
    expect(await provider.cancel(chargeRequest('b', 'pm_sim_lost_before'))).toEqual({ kind: 'cancelled' });

    const shop = { apiKey: 'sk_test_program', webhookSecret, baseUrl: url, timeoutMs: 10_000 };
    const redirecting = createStripeProvider(systemTimer, { ...shop, returnUrl: 'https://shop.test/paid' });
    const challenged = chargeRequest('c', 'pm_card_threeDSecure2Required');
    const waiting = await redirecting.charge(challenged);
    const page = waiting.kind === 'requires_action' ? (waiting.action.redirectUrl ?? '') : '';
    expect(await (await fetch(page)).text()).toContain('outcome=succeed');
    expect((await fetch(page.replace(/secret=.*/, 'secret=guessed'))).status).toBe(404);
    const confirmed = await fetch(`${page}&outcome=succeed`, { redirect: 'manual' });
    expect(confirmed.headers.get('location')).toStartWith('https://shop.test/paid?payment_intent=pi_');
    expect((await redirecting.charge(challenged)).kind).toBe('succeeded');
  }, 120_000);

  test('The simulator needs an API key, and refuses unknown paths, unknown parameters and changed requests', async () => {
    const { url } = program;
    const call = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, init);
    const headers = { authorization: 'Bearer sk_test_program' };
    expect((await call('/v1/charges')).status).toBe(401);
    expect((await call('/v1/charges', { headers })).status).toBe(200);
    expect((await call('/v1/customers', { headers })).status).toBe(404);
    const post = (body: string, key: string) =>
      call('/v1/payment_intents', { method: 'POST', body, headers: { ...headers, 'idempotency-key': key } });
    const body = 'amount=5&currency=vnd&payment_method=pm_card_visa&confirm=true';
    expect((await post(`${body}&nonsense=1`, 'key')).status).toBe(400);
    expect((await post('amount=x&currency=vnd', 'key')).status).toBe(400);
    expect((await post(body, 'key')).status).toBe(200);
    const [again, other] = [await post(body, 'key'), await post(body.replace('5', '6'), 'key')];
    expect(again.status).toBe(200);
    expect(other.status).toBe(400);
    expect((await other.json()).error.type).toBe('idempotency_error');
  }, 120_000);
});

test('Settings that are wrong are named together, with what to write, and nothing starts', () => {
  const wrong = {
    ...{
      PORT: '12k',
      DATABASE_URL: 'mysql://user:pass@localhost/stripe',
      WEBHOOK_URL: 'localhost:3000/webhooks',
    },
    ...{ STRIPE_WEBHOOK_SECRET: 'hush', DUPLICATES: '20%', SHUFFLE: 'yes' },
  };
  const { status, stderr } = spawnSync(process.execPath, ['server/simulator.ts'], {
    ...{ cwd: root, encoding: 'utf8', env: { PATH: process.env.PATH ?? '', ...wrong } },
  });
  expect([status, stderr.split('\n')]).toEqual([
    1,
    [
      'The simulated Stripe cannot start: some settings are wrong.',
      '- PORT is "12k": write a whole number from 0 to 65535',
      expect.stringMatching(/^- DATABASE_URL begins with "mysql:": write sqlite:/),
      '- WEBHOOK_URL is "localhost:3000/webhooks": write a URL like http://localhost:3000/webhooks/stripe',
      '- STRIPE_WEBHOOK_SECRET has the wrong form: write the secret that the shop has, such as whsec_simulator',
      '- DUPLICATES is "20%": write a share from 0 to 1, such as 0.2',
      '- SHUFFLE is "yes": write 0 or 1',
      '',
    ],
  ]);
});

test('A port that is in use is said without a stack', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const { status, stderr } = spawnSync(process.execPath, ['server/simulator.ts'], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', PORT: port, DATABASE_URL: 'sqlite::memory:' },
  });
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^The simulated Stripe cannot start: port \d+ is in use\. .*\n$/),
  ]);
  other.close();
});
