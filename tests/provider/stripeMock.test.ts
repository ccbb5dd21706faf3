import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Exchange, runScenarios } from './stripeCalls.ts';
import { startStripeMock, stripeMockBinary } from './stripeMock.ts';
import recorded from './stripeRecorded.json' with { type: 'json' };

/** `RECORD_STRIPE=1 bun test stripeMock` writes this file again from what the mock server accepts. */
const file = fileURLToPath(new URL('./stripeRecorded.json', import.meta.url));

/** The request without the ids that the mock server invents. */
const requestOf = ({ method, path, parameters, version }: Omit<Exchange, 'response' | 'status'>) => ({
  method,
  path: path.replace(/pi_\w{9,}/, 'pi_…'),
  parameters,
  version,
});

const binary = stripeMockBinary();
if (binary === null)
  console.log(
    'Skipped: REQUIRE_STRIPE_MOCK=1 runs these tests with Stripe’s own mock server, built with Go.',
  );

describe.skipIf(binary === null)('Stripe’s own mock server', () => {
  let server: Awaited<ReturnType<typeof startStripeMock>>;
  let exchanges: readonly Exchange[];
  beforeAll(async () => {
    server = await startStripeMock(binary ?? '');
    const toMock = (url: string, init: RequestInit) =>
      fetch(url.replace('https://api.stripe.com', server.url), init);
    exchanges = await runScenarios(toMock);
    if (process.env.RECORD_STRIPE === '1') writeFileSync(file, `${JSON.stringify(exchanges, null, 1)}\n`);
  }, 120_000);
  afterAll(() => server.stop());

  test('Stripe’s mock server accepts every request that the adapter sends', () => {
    expect(exchanges.length).toBeGreaterThan(12);
    for (const { status, path, parameters } of exchanges)
      expect({ path, parameters, status }).toMatchObject({ status: 200 });
  });

  test('The adapter sends Stripe’s mock server the recorded requests', () => {
    expect(exchanges.map(requestOf)).toEqual(recorded.map(requestOf));
  });

  test('Stripe’s mock server rejects an unknown parameter', async () => {
    const body = 'amount=1&currency=vnd&metdata[payment_id]=a';
    const headers = {
      authorization: `Basic ${Buffer.from('sk_test_x:').toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const response = await fetch(`${server.url}/v1/payment_intents`, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
  });
});
