import { afterEach, describe, expect, test } from 'bun:test';
import {
  addProduct,
  createClient,
  expectStatus,
  placeOrder,
  waitForStatus,
  waitForTasks,
} from '../processes/client.ts';
import { databases } from '../processes/databases.ts';
import { type App, killAllApps, launchApp, type Runtime, startApp, stopApp } from '../processes/processes.ts';
import { createTestFile } from '../processes/sqlite.ts';
import { tokenFor } from '../processes/tokens.ts';
import { startHttpService } from '../services/httpService.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './otlpReceiver.ts';

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await killAllApps();
  for (const each of running.splice(0)) await each.stop();
});

const startReceiver = async (status?: number): Promise<OtlpReceiver> => {
  const receiver = await startOtlpReceiver(status);
  running.push(receiver);
  return receiver;
};

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

const buy = async (app: App, traceparent: string): Promise<void> => {
  const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
  const customer = createClient(app.url, await tokenFor('an@shop.test'));
  const orderId = await placeOrder(customer, await addProduct(operator, { code: 'TRACED' }));
  const paid = await customer.post(
    '/checkouts',
    { orderIds: [orderId], payment: { method: 'pm_card_visa' } },
    { 'idempotency-key': crypto.randomUUID(), traceparent },
  );
  expectStatus(paid, 202);
  await waitForStatus(customer, orderId, 'completed');
  await waitForTasks(operator);
};

const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const [span, ...others] = spans.filter((each) => each.name === name);
  if (span === undefined || others.length > 0)
    throw new Error(
      `expected one ${name}, found ${1 + others.length}: ${spans.map((each) => each.name).join(', ')}`,
    );
  return span;
};

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const expectTrace = async (app: App, receiver: OtlpReceiver, system: string): Promise<void> => {
  await buy(app, `00-${traceId}-${parentId}-01`);
  expect(await stopApp(app)).toEqual({ code: 0, signal: null });
  const { spans } = receiver;
  const server = named(spans, 'POST /checkouts');
  expect(server).toMatchObject({ kind: 'SERVER', traceId, parentSpanId: parentId, isError: false });
  expect(server.attributes).toEqual({
    ...{ 'http.request.method': 'POST', 'http.route': '/checkouts', 'url.scheme': 'http' },
    'http.response.status_code': '202',
  });
  expect(server.resource).toMatchObject({
    'service.name': 'shop',
    'deployment.environment.name': 'a test',
    'cartwright.role': 'all',
  });
  const useCase = named(spans, 'checkOut');
  expect(useCase).toMatchObject({ kind: 'INTERNAL', traceId, parentSpanId: server.spanId });
  const charge = named(spans, 'provider.charge');
  expect(charge).toMatchObject({ kind: 'CLIENT', traceId, parentSpanId: useCase.spanId });
  expect(charge.attributes).toMatchObject({ 'cartwright.outcome': 'succeeded' });

  const order = named(spans, 'POST /orders');
  const placed = named(spans, 'orders.place');
  expect(placed).toMatchObject({
    parentSpanId: '',
    links: [{ traceId: order.traceId, spanId: order.spanId }],
  });

  // All that others share, or that comes later, has its own trace, with a link to the checkout.
  const link = { traceId, spanId: useCase.spanId };
  const linked = ['audits.claim', 'audits.recordOutcomes', 'request_shipment physical', 'claim physical'];
  const reports = spans.filter(({ name }) => name === 'queue.report');
  expect(reports.map(({ links }) => links)).toEqual(reports.map(() => [link]));
  expect(reports.length).toBeGreaterThan(0);
  for (const name of linked) {
    const [span] = spans.filter((each) => each.name === name);
    expect({ name, links: span?.links }).toEqual({ name, links: [link] });
    expect(span?.parentSpanId).toBe('');
    expect(span?.traceId).not.toBe(traceId);
  }
  expect(named(spans, 'audits.claim').attributes).toEqual({
    ...{ 'db.system.name': system, 'db.operation.name': 'audits.claim', 'db.operation.batch.size': '1' },
  });
  const step = named(spans, 'notify_customer physical');
  expect(step).toMatchObject({ kind: 'CONSUMER', parentSpanId: '', links: [link] });
  expect(step.attributes).toMatchObject({
    'messaging.system': 'cartwright',
    'messaging.destination.name': 'physical',
    'messaging.operation.type': 'process',
    'cartwright.outcome': 'done',
  });
  const mail = named(spans, 'mail.send');
  expect(mail).toMatchObject({ kind: 'CLIENT', traceId: step.traceId, parentSpanId: step.spanId });
  expect(JSON.stringify(spans)).not.toContain('shop.test');
};

const cases = databases.flatMap(([name, create]) =>
  (['bun', 'deno'] satisfies Runtime[]).map((runtime) => [runtime, name, create] as const),
);

describe.each(cases)('The trace of a checkout with %s on %s', (runtime, name, create) => {
  test('A checkout is traced from its request to its mail, and its step service gets the trace', async () => {
    const receiver = await startReceiver();
    const carrier = await startHttpService((response) => response.writeHead(204).end());
    running.push(carrier);
    const database = await create();
    const app = await startApp({
      runtime,
      databaseUrl: database.url,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20key',
        OTEL_SERVICE_NAME: 'shop',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=a%20test',
        SHIPMENT_SERVICE_URL: carrier.url,
        SERVICE_SECRET: secret,
        QUEUE_POLL_MS: '50',
      },
    });
    await expectTrace(app, receiver, name === 'SQLite' ? 'sqlite' : 'postgresql');
    expect(receiver.headers[0]).toMatchObject({
      ...{ path: '/v1/traces', 'api-key': 'a key', 'content-type': 'application/x-protobuf' },
    });
    const call = named(receiver.spans, 'POST');
    const shipment = named(receiver.spans, 'request_shipment physical');
    expect(call).toMatchObject({ traceId: shipment.traceId, parentSpanId: shipment.spanId });
    expect(carrier.requests.map(({ headers }) => headers.traceparent)).toEqual([
      `00-${call.traceId}-${call.spanId}-01`,
    ]);
    const lines = app.output().split('\n');
    const line = lines.find((each) => each.includes('"route":"/checkouts"')) ?? '';
    const server = named(receiver.spans, 'POST /checkouts');
    expect(JSON.parse(line)).toMatchObject({ trace_id: traceId, span_id: server.spanId });
    await database.drop();
  }, 120_000);
});

test.each(['bun', 'deno'] satisfies Runtime[])(
  'The events of an order are sent in spans of their own with %s',
  async (runtime) => {
    const receiver = await startReceiver();
    const hearer = await startHttpService((response) => response.writeHead(204).end());
    running.push(hearer);
    const database = await createTestFile();
    const app = await startApp({
      runtime,
      databaseUrl: database.url,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        WEBHOOK_ALLOW_PRIVATE: '1',
        QUEUE_POLL_MS: '50',
      },
    });
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const endpoint = { url: hearer.url, events: ['order.completed'] };
    expectStatus(await operator.post('/webhook-endpoints', endpoint), 201);
    await buy(app, `00-${traceId}-${parentId}-01`);
    const untilMs = Date.now() + 60_000;
    while (hearer.requests.length === 0 && Date.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await stopApp(app);
    const sent = named(receiver.spans, 'send webhook');
    expect(sent).toMatchObject({ kind: 'PRODUCER', parentSpanId: '', links: [], isError: false });
    expect(sent.attributes).toMatchObject({
      ...{ 'messaging.system': 'webhook', 'messaging.batch.message_count': '1' },
      'cartwright.events.failed': '0',
    });
    await database.drop();
  },
  120_000,
);

test('A process without an exporter loads no OpenTelemetry, and its log lines have no trace', async () => {
  const receiver = await startReceiver();
  const database = await createTestFile();
  const preload = new URL('loadedPackages.ts', import.meta.url).pathname;
  const options = { databaseUrl: database.url };
  const env = { BUN_OPTIONS: `--preload ${preload}` };
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
  const off = await startApp({ ...options, env });
  await buy(off, `00-${traceId}-${parentId}-01`);
  await stopApp(off);
  expect(off.output()).toContain('packages of OpenTelemetry: none');
  expect(off.output()).toContain('"route":"/checkouts"');
  expect(off.output()).not.toContain('trace_id');
  const disabled = await startApp({ ...options, env: { ...env, ...endpoint, OTEL_SDK_DISABLED: 'true' } });
  await stopApp(disabled);
  expect(disabled.output()).toContain('packages of OpenTelemetry: none');
  const on = await startApp({ ...options, env: { ...env, ...endpoint } });
  await stopApp(on);
  expect(on.output()).toContain('packages of OpenTelemetry: some');
  expect(receiver.spans).toEqual([]);
  await database.drop();
}, 120_000);

test('A collector that is down holds nothing up, and the log says it once', async () => {
  const receiver = await startReceiver(400);
  const database = await createTestFile();
  const app = await (
    await launchApp({
      databaseUrl: database.url,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        OTEL_BSP_SCHEDULE_DELAY: '1',
        OTEL_BSP_MAX_QUEUE_SIZE: '4',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1',
      },
    })
  ).ready();
  await buy(app, `00-${traceId}-${parentId}-01`);
  await app.waitForOutput('spans could not be sent');
  expect(await stopApp(app)).toEqual({ code: 0, signal: null });
  expect(receiver.headers.length).toBeGreaterThan(1);
  const lines = app.output().split('\n');
  const said = lines.filter((line) => line.includes('spans could not be sent') && !line.includes('"count"'));
  expect(said).toHaveLength(1);
  await database.drop();
}, 120_000);

test('A shop is not stopped by a collector that cannot be reached', async () => {
  const receiver = await startReceiver();
  await receiver.stop();
  running.splice(0);
  const database = await createTestFile();
  const app = await startApp({
    databaseUrl: database.url,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
  });
  await buy(app, `00-${traceId}-${parentId}-01`);
  expect(await stopApp(app)).toEqual({ code: 0, signal: null });
  expect(app.output()).toContain('spans could not be sent');
  await database.drop();
}, 120_000);

test('A request whose caller keeps no trace has no span', async () => {
  const receiver = await startReceiver();
  const database = await createTestFile();
  const app = await startApp({
    databaseUrl: database.url,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
  });
  const client = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
  await client.post('/products', []);
  await client.post('/products', [], { traceparent: `00-${traceId}-${parentId}-00` });
  await client.post('/products', [], { traceparent: `00-${traceId}-${parentId}-01` });
  await stopApp(app);
  expect(receiver.spans.map(({ name, parentSpanId }) => ({ name, parentSpanId }))).toEqual([
    { name: 'POST /products', parentSpanId: parentId },
  ]);
  await database.drop();
}, 120_000);
