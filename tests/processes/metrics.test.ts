import { afterEach, describe, expect, test } from 'bun:test';
import { eventsIn, startCollector } from '../telemetry/hec.ts';
import { samplesOf } from '../telemetry/samples.ts';
import { killAllApps, launchApp, type Runtime, startApp, stopApp } from './processes.ts';
import { freePort } from './server.ts';
import { createTestFile } from './sqlite.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

const runtimes: readonly Runtime[] = ['bun', 'deno'];

const pageAt = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(url, { headers });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    samples: samplesOf(await response.text()),
  };
};

describe.each(runtimes)('The metrics of processes in %s', (runtime) => {
  test('Every role has them on METRICS_PORT without a token, and the API with a permission', async () => {
    const database = await createTestFile();
    const [port, workerPort] = [await freePort(), await freePort()];
    const start = (role: 'checkout' | 'worker', metricsPort: number) =>
      startApp({ runtime, role, databaseUrl: database.url, env: { METRICS_PORT: String(metricsPort) } });
    const [api, worker] = [await start('checkout', port), await start('worker', workerPort)];

    const open = await pageAt(`http://127.0.0.1:${port}/metrics`);
    expect(open).toMatchObject({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
    const ofRoute = (samples: ReadonlyMap<string, number>, route: string, status: string) =>
      samples.get(
        `cartwright_http_request_duration_seconds_count{method="GET",route="${route}",status="${status}"}`,
      );
    expect(ofRoute(open.samples, '/health/ready', '2xx')).toBeGreaterThan(0);
    for (const [path, status] of [
      ['/', 404],
      ['/metrics/x', 404],
      ['/health/live', 404],
    ] as const)
      expect((await pageAt(`http://127.0.0.1:${port}${path}`)).status).toBe(status);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status).toBe(405);

    expect((await pageAt(`${api.url}/metrics`)).status).toBe(401);
    const authorization = `Bearer ${await tokenFor('op@shop.test', 'operator')}`;
    const closed = await pageAt(`${api.url}/metrics`, {
      authorization,
      accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5',
    });
    expect(closed.type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(ofRoute(closed.samples, '/metrics', '4xx')).toBe(1);

    // A worker has no routes, and the numbers of its batches and of the queue. It is ready before its first batch.
    const samplesOfWorker = async () => (await pageAt(`http://127.0.0.1:${workerPort}/metrics`)).samples;
    let samples = await samplesOfWorker();
    while (![...samples.keys()].some((key) => key.includes('operation="claim_tasks"')))
      samples = await samplesOfWorker();
    expect(samples.get('cartwright_queue_tasks{pipeline="physical",state="failed"}')).toBe(0);
    expect((await pageAt(`${worker.url}/metrics`, { authorization })).status).toBe(404);

    expect(await stopApp(api)).toEqual({ code: 0, signal: null });
    expect(await stopApp(worker)).toEqual({ code: 0, signal: null });
    await database.drop();
  }, 120_000);

  test('Splunk gets the lines of a process, and those of its stop', async () => {
    const [database, collector] = [await createTestFile(), await startCollector()];
    const env = { SPLUNK_HEC_URL: collector.url, SPLUNK_HEC_TOKEN: 'a-token-of-splunk' };
    const app = await startApp({ runtime, databaseUrl: database.url, env });
    await fetch(`${app.url}/products`);
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
    const events = collector.requests.flatMap(({ text }) => eventsIn(text));
    expect(collector.requests[0]?.headers.authorization).toBe('Splunk a-token-of-splunk');
    expect(events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ message: 'request', route: '/products' }),
    );
    expect(events.at(-1)?.event).toMatchObject({ signal: 'SIGTERM' });
    expect(app.output()).not.toContain('a-token-of-splunk');
    await collector.close();
    await database.drop();
  }, 120_000);
});

test('A port for metrics that is taken stops the start, and the message names the setting', async () => {
  const database = await createTestFile();
  const port = await freePort();
  const first = await startApp({ databaseUrl: database.url, env: { METRICS_PORT: String(port) } });
  const second = await launchApp({ databaseUrl: database.url, env: { METRICS_PORT: String(port) } });
  expect(await second.stopped).toEqual({ code: 1, signal: null });
  expect(second.output()).toContain(`METRICS_PORT=${port} cannot be listened on (EADDRINUSE).`);
  await stopApp(first);
  await database.drop();
}, 120_000);
