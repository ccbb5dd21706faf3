import { Buffer } from 'node:buffer';
import process from 'node:process';
import { mailDomain } from '../adapters/smtp/address.ts';
import { systemWorld } from '../adapters/system/system.ts';
import type { AuthSettings } from '../api/http/auth.ts';
import type { Log } from '../core/log.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import { withTimeout } from '../core/timer.ts';
import { createCheckOut } from '../core/usecases/checkOut.ts';
import { createReceiveEvent } from '../core/usecases/providerEvents.ts';
import { createRequestRefund } from '../core/usecases/requestRefund.ts';
import type { World } from '../core/world.ts';
import packageJson from '../package.json' with { type: 'json' };
import { banner } from './banner.ts';
import { type Auth, type Config, readConfig } from './config.ts';
import { createLog } from './log.ts';
import { type Close, cannotStart, closeOnSignal, refuseToStart, startFailure } from './process.ts';
import { openMailer, openProvider, openStore, reachStore } from './wiring.ts';

/** Opens all that `config` asks for, each with its way to close it, and answers what to tell of it. */
const open = async (config: Config, world: World, log: Log, opened: Close[]): Promise<string> => {
  const { role, production, port } = config;
  const { version } = packageJson;

  const store = await reachStore(() => openStore(world, config), config, log, world.timer);
  opened.push(store.close);
  const { provider, simulator, close: closeProvider } = await openProvider(world, config);
  opened.push(closeProvider);
  if (production && simulator !== null)
    log.warn('payments are simulated: set PAYMENT_PROVIDER to charge anybody');
  const { mailer, close: closeMailer } = await openMailer(world, store, config);
  opened.push(closeMailer);
  // Both may take their time to end, and whoever asks us to stop may give us little: they end side by side.
  const driving: Close[] = [];
  opened.push(() => Promise.all(driving.map((close) => close())));

  const isApi = role !== 'worker';
  const demo = isApi && config.auth.key.kind === 'demo';
  // What a role does not need is not loaded: half of a start is the reading of modules.
  if (isApi && !production) {
    const { loadDemoProducts: loadCatalogue } = await import('../demo/loadProducts.ts');
    await orThrow(loadCatalogue(store.products, world.clock));
  }
  let address: string | null = null;
  if (isApi || config.portGiven) {
    const [{ createApp: app }, { serve }] = await Promise.all([
      import('../api/app.ts'),
      import('../api/http/serve.ts'),
    ]);
    const auth = await authOf(config.auth, store, world);
    const ports = { ...store, provider, world };
    const api = app({
      store,
      checkOut: createCheckOut(ports, config),
      requestRefund: createRequestRefund(ports),
      receiveEvent: createReceiveEvent(ports),
      providerName: provider.name,
      charges: simulator?.charges ?? null,
      finishChallenge: simulator?.finishChallenge ?? null,
      auth,
      demo,
      role,
      world,
      version,
      log,
      isReady: () => readiness(store, world),
    });
    const listening = await serve(api, { port });
    driving.push(() => withTimeout(world.timer, config.shutdownMs, listening.stop(), () => {}));
    address = `http://localhost:${listening.port}`;
    if (simulator !== null && (role === 'all' || role === 'checkout'))
      driving.push(simulator.startWebhooks(async (request) => api.handle(request)));
  }
  if (role === 'all' || role === 'worker') {
    const { startWorker } = await import('../worker/worker.ts');
    const settings = {
      ...config,
      pipelines: config.workerPipelines,
      mailDomain: mailDomain(config.mailFrom),
    };
    driving.push(startWorker({ store, provider, mailer, world, log }, settings).stop);
  }
  return banner({ version, role, address, exampleKey: demo ? world.ids.next(world.clock.nowMs()) : null });
};

/** Demo tokens are signed with a secret that the whole fleet shares. */
const authOf = async ({ key, ...expected }: Auth, store: Store, { random }: World): Promise<AuthSettings> => {
  if (key.kind !== 'demo') return { key, ...expected };
  const fresh = Buffer.from(random.bytes(32)).toString('base64url');
  return { key: { kind: 'secret', secret: await orThrow(store.secret('demo_auth', fresh)) }, ...expected };
};

const readyWithinMs = 2_000;

const readiness = async (store: Store, { timer }: World) => {
  const pinged = store.ping().then((answer) => answer.isOk());
  const ready = await withTimeout(timer, readyWithinMs, pinged, () => false, { background: true });
  return { ready, missing: ready ? [] : ['database'] };
};

const orThrow = async <T>(answer: AsyncResult<T>): Promise<T> => {
  const result = await answer;
  if (result.isErr()) throw cannotStart(result.error.reason);
  return result.value;
};

const config = readConfig(process.env);
if (config.isErr()) {
  refuseToStart(['its settings are wrong.', ...config.error.map((line) => `- ${line}`)].join('\n'));
} else {
  const { logLevel: level, shutdownMs } = config.value;
  const world = systemWorld();
  const write = (line: string) => process.stderr.write(line);
  const log = createLog(write, world.clock, { level, readable: process.stderr.isTTY === true });
  const opened: Close[] = [];
  const closing = closeOnSignal(opened, shutdownMs, log, world.timer);
  try {
    console.log(await open(config.value, world, log, opened));
  } catch (cause) {
    // A signal during the start takes away what it stands on.
    if (!closing.begun()) refuseToStart(startFailure(cause, config.value));
  }
}
