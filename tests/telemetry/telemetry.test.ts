import { expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { CheckOut, CheckoutCommand } from '../../core/usecases/checkOut.ts';
import { createTelemetry } from '../../server/telemetry.ts';
import { createMemoryStore } from '../model/store.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { samplesOf } from './samples.ts';

const createFixture = (dropped: () => number = () => 0) => {
  const testWorld = createTestWorld();
  const timer = createManualTimer(testWorld);
  const config = { role: 'read', databaseUrl: 'postgres://db/shop' } as const;
  const telemetry = createTelemetry({ ...testWorld, timer }, config, '1.2.3', dropped);
  return { timer, telemetry, samples: async () => samplesOf((await telemetry.render(null)).text) };
};

test('Checkouts are counted by what the customer was told, and the common outcomes are 0 before the first', async () => {
  const { telemetry, samples } = createFixture();
  const outcome = (name: string) => `cartwright_checkouts_total{outcome="${name}"}`;
  expect((await samples()).get(outcome('declined'))).toBe(0);
  const results = [
    ok({ response: { status: 'succeeded' }, replayed: false }),
    ok({ response: { status: 'succeeded' }, replayed: true }),
    ok({ response: { status: 'declined' }, replayed: false }),
    err({ kind: 'out_of_stock' }),
  ];
  const checkOut = telemetry.measureCheckOut((async () => results.pop()) as unknown as CheckOut);
  for (const _ of [1, 2, 3, 4]) await checkOut({} as CheckoutCommand);
  const found = await samples();
  for (const name of ['succeeded', 'replayed', 'declined', 'out_of_stock'])
    expect([name, found.get(outcome(name))]).toEqual([name, 1]);
});

test('A request is counted by route and class of its status, and methods that nobody knows are one', async () => {
  const { telemetry, samples } = createFixture();
  const { started, finished } = telemetry.requests;
  for (let open = 0; open < 5; open++) started();
  finished({ method: 'GET', route: '/orders/:id', status: 404, ms: 3 });
  for (const method of ['BREW', 'PROPFIND', 'X'.repeat(9)])
    finished({ method, route: null, status: 405, ms: 1 });
  const found = await samples();
  const count = (labels: string) => found.get(`cartwright_http_request_duration_seconds_count{${labels}}`);
  expect(count('method="GET",route="/orders/:id",status="4xx"')).toBe(1);
  expect(count('method="other",route="none",status="4xx"')).toBe(3);
  expect(found.get('cartwright_http_requests_in_flight')).toBe(1);
});

test('A process says what it is, how late its timers are, what it waited for and what its log lost', async () => {
  let lost = 0;
  const { telemetry, samples, timer } = createFixture(() => lost);
  telemetry.onPoolWait('reads', 300);
  lost = 7;
  await timer.advance(1_600);
  const found = await samples();
  const build = [...found.keys()].find((key) => key.startsWith('cartwright_build_info'));
  expect(build).toMatch(/\{version="1\.2\.3",role="read",runtime="bun [\d.]+",database="postgres"\}$/);
  expect(found.get('cartwright_event_loop_lag_seconds_count')).toBe(3);
  expect(found.get('cartwright_database_pool_wait_seconds_sum{pool="reads"}')).toBe(0.3);
  expect(found.get('cartwright_log_lines_dropped_total')).toBe(7);
  expect((await samples()).get('cartwright_log_lines_dropped_total')).toBe(7);
  for (const name of ['process_resident_memory_bytes', 'process_heap_bytes', 'process_cpu_seconds_total'])
    expect([name, found.get(name)]).toEqual([name, expect.any(Number)]);
});

// The alert about missing workers looks at these numbers, and they are as old as the last visit of the operator.
test.each([
  ['read', false],
  ['checkout', false],
  ['worker', true],
  ['all', true],
] as const)('A process with ROLE=%s shows the money checks that were read there: %p', async (role, shown) => {
  const world = createTestWorld();
  const config = { role, databaseUrl: 'postgres://db/shop' } as const;
  const telemetry = createTelemetry({ ...world, timer: createManualTimer(world) }, config, '1', () => 0);
  await telemetry.measureStore(createMemoryStore(world)).ledger.counts(world.clock.nowMs());
  const found = samplesOf((await telemetry.render(null)).text);
  expect(found.has('cartwright_money_check_cases{check="unknown"}')).toBe(shown);
});
