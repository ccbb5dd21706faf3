import process from 'node:process';
import { createInvoiceRenderer } from '../adapters/pdf/renderer.ts';
import { createSystemWorld } from '../adapters/system/system.ts';
import type { ApiDeps } from '../api/deps.ts';
import type { AuthSettings } from '../api/http/auth.ts';
import { createCountedLog } from '../core/countedLog.ts';
import type { Log } from '../core/log.ts';
import { isLoopback } from '../core/loopback.ts';
import type { PaymentProvider } from '../core/provider.ts';
import type { RequestPriority } from '../core/requestPriority.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import { createCheckOut } from '../core/usecases/checkOut.ts';
import { createGiveUpCheckout } from '../core/usecases/giveUpCheckout.ts';
import { createReceiveEvent } from '../core/usecases/providerEvents.ts';
import { createRefundCase } from '../core/usecases/refundCase.ts';
import { createRequestRefund } from '../core/usecases/requestRefund.ts';
import type { World } from '../core/world.ts';
import packageJson from '../package.json' with { type: 'json' };
import { addressOf, describeReach, renderBanner } from './banner.ts';
import { type Config, readConfig } from './config.ts';
import { openDatabases } from './databases.ts';
import { readDemoSecret } from './demoSecret.ts';
import { createDrain, defaultDrainMs } from './drain.ts';
import { openKafka } from './kafka.ts';
import { watchRunners } from './launcher.ts';
import { createLog } from './log.ts';
import { createLineWriter, createLossyWrite } from './logWriter.ts';
import { serveMetrics } from './metricsServer.ts';
import { findMistypedSettings } from './mistypedSettings.ts';
import { openWorker } from './openWorker.ts';
import { readPages } from './pageFiles.ts';
import { probePort } from './probePort.ts';
import {
  type Close,
  type Closing,
  closeOnSignal,
  createStartError,
  describeStartFailure,
  exitWithError,
} from './process.ts';
import { refuseRuntime } from './runtime.ts';
import { stepServiceNames } from './serviceSettings.ts';
import { openSplunkLog } from './splunk.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';
import { openTracing, type Tracing } from './tracing.ts';
import { isPlainDatabase } from './transportRules.ts';
import { createWebhookCheck } from './webhooks.ts';
import { openMailer, openProvider, openRequestPriority } from './wiring.ts';

const { version } = packageJson;

/** The settings, with what depends on where the process runs. */
type RunConfig = Config & { readonly drainMs: number; readonly droppedLines: () => number };

type Environment = {
  readonly world: World;
  readonly log: Log;
  readonly tracing: Tracing;
  readonly closing: Closing;
};

/** Starts the parts that `config` selects and adds a function to `closers` for each. Returns the banner. */
const start = async (config: RunConfig, environment: Environment, closers: Close[]): Promise<string> => {
  const { world, log, tracing, closing } = environment;
  const { role, production, host, port } = config;
  const isApi = role !== 'worker';
  const listens = isApi || config.portGiven;
  if (listens) await probePort(port, host ?? undefined);
  const telemetry = createTelemetry(world, config, version, config.droppedLines);
  await serveMetrics(telemetry.render, config, world.timer, closers);

  if (production) warnOfPlainDatabase(config, log);
  const countedLog = createCountedLog(log, world.timer);
  const databases = await openDatabases(environment, countedLog, config, telemetry, closers);
  const { store, watch } = databases;
  const { provider, simulator, mailer } = await openOutside(store, environment, config, telemetry, closers);
  const kafkaTargets = await openKafka(config, environment, store, closers);
  // The API, webhooks and worker stop in parallel: each may need up to `shutdownMs`, and time to stop is short. All of
  // them begin at once, so a worker claims nothing while the API still answers.
  const parallelClosers: Close[] = [];
  closers.push(() => Promise.all(parallelClosers.map((close) => close())));

  const demo = isApi && config.auth.key.kind === 'demo';
  // A role loads only the modules that it needs: loading modules is half of the time of a start. A user that only reads
  // is enough for a process that only reads.
  if (isApi && role !== 'read' && !production) await addDemoProducts(store, world);
  const invoiceRenderer = createInvoiceRenderer(world.yieldToEventLoop);
  let address: string | null = null;
  const priority = openRequestPriority(world, config);
  if (listens) {
    const { createApp, serve, createClientOf, withRequestLog, createLiveFeed } = await loadApi();
    if (demo && host !== null && !isLoopback(host))
      log.warn('other machines can reach demo mode: anyone gets a token of an operator', { host });
    const drain = createDrain(world.timer, config, databases.isReady);
    const ports = { ...store, provider, world, log };
    const live = createLiveFeed({ ...databases.live, ...world, countedLog });
    const deps: ApiDeps = {
      store,
      ...createUseCases(ports, config, environment, telemetry),
      providerName: provider.name,
      stepServices: stepServiceNames(config.stepServices),
      invoiceRenderer,
      charges: simulator?.charges ?? null,
      finishChallenge: simulator?.finishChallenge ?? null,
      ordersPendingMax: config.ordersPendingMax,
      auth: await createAuthSettings(config, databases.stores, world),
      demo,
      role,
      orderTtlMs: config.orderTtlMs,
      world,
      version,
      log,
      countedLog,
      clientOf: createClientOf(config.trustedProxies),
      corsOrigins: config.corsOrigins,
      securityContact: config.securityContact,
      pages: await readPages(config),
      live,
      isReady: drain.isReady,
      renderMetrics: telemetry.render,
      ...(config.kafka && { kafkaTopic: config.kafka.topic }),
      databases: databases.health,
    };
    const api = createApp(deps);
    const routed = { fetch: await databases.route(api, deps, createApp), routes: api.routes };
    const logPorts = { log, countedLog, timer: world.timer, ...telemetry };
    closing.goOn();
    const fetch = tracing.fetch(withRequestLog(routed, logPorts, config), api);
    const server = await serve(role === 'all' ? servedFirst({ fetch }, priority) : { fetch }, { port, host });
    parallelClosers.push(() => drain.close(server, live.end));
    address = addressOf(host, server.port);
    if (simulator !== null && (role === 'all' || role === 'checkout'))
      parallelClosers.push(simulator.startWebhooks(async (request) => api.handle(request)));
  }
  if (role === 'all' || role === 'worker') {
    const { mayClaim } = watch;
    const ports = { store, provider, mailer, invoiceRenderer, world, log, priority, mayClaim };
    await openWorker(ports, kafkaTargets, { telemetry, tracing, closing }, config, parallelClosers);
  }
  return renderBanner({
    version,
    role,
    address,
    demo: demo ? { reach: describeReach(host ?? '0.0.0.0') } : null,
  });
};

/** Opens the payment provider and the mail server. */
const openOutside = async (
  store: Store,
  { world, log, tracing }: Environment,
  config: Config,
  telemetry: Telemetry,
  closers: Close[],
) => {
  const { provider, simulator, close: closeProvider } = await openProvider(world, config);
  closers.push(closeProvider);
  if (config.production && simulator !== null)
    log.warn('payments are simulated, so nobody is charged: set PAYMENT_PROVIDER=stripe to charge customers');
  const { mailer, close: closeMailer } = await openMailer(world, store, config);
  closers.push(closeMailer);
  return {
    provider: telemetry.measureProvider(tracing.provider(provider)),
    simulator,
    mailer: telemetry.measureMailer(tracing.mailer(mailer)),
  };
};

const createUseCases = (
  ports: Store & { readonly provider: PaymentProvider; readonly world: World; readonly log: Log },
  config: Config,
  { tracing }: Environment,
  telemetry: Telemetry,
) => ({
  checkWebhookUrl: createWebhookCheck(ports.world, config),
  checkOut: telemetry.measureCheckOut(tracing.useCase('checkOut', createCheckOut(ports, config))),
  giveUpCheckout: tracing.useCase('giveUpCheckout', createGiveUpCheckout(ports)),
  requestRefund: tracing.useCase('requestRefund', createRequestRefund(ports)),
  refundCase: tracing.useCase('refundCase', createRefundCase(ports)),
  receiveEvent: tracing.useCase('receiveEvent', createReceiveEvent(ports)),
});

const loadApi = async () => {
  const [app, http, address, requestLog, liveFeed] = await Promise.all([
    import('../api/app.ts'),
    import('../api/http/serve.ts'),
    import('../api/http/clientAddress.ts'),
    import('../api/http/requestLog.ts'),
    import('../api/routes/liveFeed.ts'),
  ]);
  return { ...app, ...http, ...address, ...requestLog, ...liveFeed };
};

const warnOfPlainDatabase = ({ databaseUrl, databaseReplicaUrl }: Config, log: Log): void => {
  for (const [name, url] of Object.entries({
    DATABASE_URL: databaseUrl,
    DATABASE_REPLICA_URL: databaseReplicaUrl,
  }))
    if (url !== null && isPlainDatabase(url))
      log.warn(
        `the connection to the database may pass the network as clear text: add ?sslmode=verify-full to ${name}`,
      );
};

const addDemoProducts = async (store: Store, world: World): Promise<void> => {
  const { loadDemoProducts } = await import('../demo/loadProducts.ts');
  await unwrapOrThrow(loadDemoProducts(store.products, world.clock));
};

/** Requests that the worker of this process gives way to. Other roles have no work that could hold them up. */
const servedFirst = (
  { fetch }: { readonly fetch: (request: Request) => Response | Promise<Response> },
  { serve }: Pick<RequestPriority, 'serve'>,
) => ({ fetch: (request: Request) => serve(async () => fetch(request)) });

const createAuthSettings = async (
  config: Config,
  stores: readonly Store[],
  world: World,
): Promise<AuthSettings> => {
  const { key, ...expectedClaims } = config.auth;
  if (key.kind !== 'demo') return { key, ...expectedClaims };
  const secret = await readDemoSecret(stores, world, config);
  return { key: { kind: 'secret', secret }, ...expectedClaims };
};

const unwrapOrThrow = async <T>(asyncResult: AsyncResult<T>): Promise<T> => {
  const result = await asyncResult;
  if (result.isErr()) throw createStartError(result.error.reason);
  return result.value;
};

const wrongRuntime = refuseRuntime(process.versions);
const config = readConfig(process.env);
const mistyped = findMistypedSettings(process.env);
if (wrongRuntime !== null) {
  exitWithError(wrongRuntime);
} else if (config.isErr()) {
  exitWithError(
    ['some settings are wrong.', ...[...config.error, ...mistyped].map((line) => `- ${line}`)].join('\n'),
  );
} else {
  const { logLevel: level, shutdownMs } = config.value;
  const isTerminal = process.stderr.isTTY === true;
  const drainMs = config.value.drainMs ?? (isTerminal ? 0 : defaultDrainMs);
  const systemWorld = createSystemWorld(config.value.shop);
  const { timer, clock } = systemWorld;
  const lines = createLineWriter(createLossyWrite(process.stderr), timer);
  process.on('exit', lines.flush);
  const closers: Close[] = [];
  const format = { level, readable: isTerminal };
  const splunk = await openSplunkLog(
    createLog(lines.write, clock, format),
    systemWorld,
    config.value,
    closers,
  );
  const logSettings = { ...format, alsoJson: splunk?.write };
  const tracingLog = createCountedLog(createLog(lines.write, clock, logSettings), timer);
  const tracing = await openTracing(config.value, version, systemWorld, tracingLog);
  // Closed after all that has spans: its queue has those of what stopped before.
  closers.push(tracing.close);
  const world = { ...systemWorld, traceparent: tracing.traceparent };
  const log = createLog(lines.write, clock, { ...logSettings, spanIds: tracing.logIds });
  for (const line of mistyped) log.warn(line);
  const droppedLines = splunk?.dropped ?? (() => 0);
  const closing = closeOnSignal(closers, drainMs + shutdownMs, log, timer);
  watchRunners(process.env, timer, () => closing.begin('the program that started this one has ended'));
  try {
    const environment = { world, log, tracing, closing };
    const banner = await start({ ...config.value, drainMs, droppedLines }, environment, closers);
    createLossyWrite(process.stdout)(`${banner}\n`);
  } catch (cause) {
    // A signal during the start closes what the start still uses. Such a failure is not reported.
    if (!closing.hasBegun()) exitWithError(describeStartFailure(cause, config.value));
  }
}
