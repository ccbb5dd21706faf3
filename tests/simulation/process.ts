import type { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import { createLocalWakeup } from '../../adapters/stored/localWakeup.ts';
import { withTimeLimit } from '../../adapters/system/providerTimeLimit.ts';
import type { Hint } from '../../core/hint.ts';
import type { Log } from '../../core/log.ts';
import type { Mailer } from '../../core/mail.ts';
import { createRequestPriority, shareWithServer } from '../../core/requestPriority.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { createDatabaseWatch } from '../../server/databaseWatch.ts';
import { startWorker, type Worker, type WorkerSettings } from '../../worker/worker.ts';
import { createSeededRandom } from '../processes/random.ts';
import { type Api, createApi } from './api.ts';
import { wireEventTargets } from './eventWires.ts';
import type { Target } from './faults.ts';
import { createIds } from './ids.ts';
import { mix } from './random.ts';
import type { Receivers } from './receivers.ts';
import { type ServiceServers, wireStepServices } from './stepServices.ts';
import {
  type Call,
  type Caller,
  createCall,
  type IsIdle,
  type WirePorts,
  wireMailer,
  wireProvider,
  wireStore,
} from './wires.ts';
import { simulatedCalendar, simulatedShop } from './world.ts';

/** What all processes share: the servers that they call. */
export type Servers = {
  readonly store: Store;
  readonly provider: ReturnType<typeof createSandboxProvider>;
  readonly mailer: Mailer;
  readonly receivers: Receivers;
  readonly services: ServiceServers;
};

export type ProcessSettings = WorkerSettings & {
  readonly paymentTimeoutMs: number;
  readonly orderTtlMs: number;
};

export type SimulatedProcess = Caller & {
  readonly index: number;
  /** Null while it is down. */
  api(): Api | null;
  boot(): void;
  crash(): void;
  /** Stops as after a SIGTERM: its steps are reported, and its leases are released. */
  stop(onStopped: () => void): void;
  freeze(): void;
  thaw(): void;
  isFrozen(): boolean;
  setSkew(ms: number): void;
  readonly cuts: Set<Target>;
  /** The targets that never answer it. */
  readonly silent: Set<Target>;
  /** A hint that another process has sent. */
  wake(hint: Hint): void;
  /** Calls `onEnd` if the process ends before the returned function is called. */
  whileUp(onEnd: () => void): () => void;
};

export type ProcessPorts = WirePorts & {
  readonly servers: Servers;
  readonly seed: number;
  readonly outages: ReadonlySet<Target>;
  /** Sends a hint to the other processes. */
  readonly broadcast: (from: number, hint: Hint) => void;
  /** A line of the log that names a bug. */
  readonly onBug: (line: string) => void;
  /** When a long sleep ends: a timer may be late, and a history in which many end together has fewer events. */
  readonly roundUp: (ms: number) => number;
};

/** The share of calls that find nothing to do and take no time. The others may be lost as any other call. */
const idleShare = 0.9;

type Running = { readonly api: Api; readonly worker: Worker; readonly local: Store['wakeup'] };

/** A process of the real use cases and workers, with a clock and a view of the servers of its own. */
export const createProcess = (
  index: number,
  ports: ProcessPorts,
  settings: ProcessSettings,
): SimulatedProcess => {
  const { scheduler, seed, outages, roundUp } = ports;
  const name = `P${index + 1}`;
  const cuts = new Set<Target>();
  const silent = new Set<Target>();
  const inFlight = new Map<string, number>();
  const endings = new Set<() => void>();
  let incarnation = 0;
  let frozen = false;
  let skewMs = 0;
  let waiting: (() => void)[] = [];
  let running: Running | null = null;

  const end = (): void => {
    incarnation++;
    running = null;
    waiting = [];
    frozen = false;
    inFlight.clear();
    for (const ending of [...endings]) ending();
    endings.clear();
  };

  const deliverTo = (captured: number, run: () => void): void => {
    if (captured !== incarnation) return;
    if (frozen) waiting.push(run);
    else run();
  };

  const capture: Caller['capture'] = () => {
    const captured = incarnation;
    return (run) => deliverTo(captured, run);
  };

  const caller: Caller = {
    name,
    capture,
    isCut: (target) => cuts.has(target) || outages.has(target),
    isSilent: (target) => silent.has(target),
    inFlight,
  };
  const call = createCall(caller, ports);
  const idleDraw = ports.streams.stream(`${name} idle`);
  const skips: IsIdle = (verb, args) =>
    !caller.isCut('store') && ports.isIdle(verb, args) && idleDraw.unit() < idleShare;

  const createWorld = (): World => {
    const random = createSeededRandom(mix(seed, `${name} ${incarnation} random`));
    const after: World['timer']['after'] = (ms, run) => {
      const captured = incarnation;
      return scheduler.after(ms >= 400 ? roundUp(ms) : ms, () => deliverTo(captured, run));
    };
    return {
      clock: { nowMs: () => scheduler.nowMs() + skewMs },
      timer: { after, deadline: scheduler.timer.deadline },
      ids: createIds(mix(seed, `${name} ${incarnation} ids`)),
      random: {
        unit: random.unit,
        bytes: (length) => Uint8Array.from({ length }, () => random.between(0, 255)),
      },
      yieldToEventLoop: () => new Promise((resolve) => after(0, resolve)),
      calendar: simulatedCalendar,
      shop: simulatedShop,
      traceparent: () => undefined,
    };
  };

  return {
    ...caller,
    index,
    cuts,
    silent,
    api: () => running?.api ?? null,
    boot: () => {
      end();
      running = startParts(index, createWorld(), call, skips, ports, settings);
    },
    crash: end,
    stop: (onStopped) => {
      const deliver = capture();
      void running?.worker.stop().then(() =>
        deliver(() => {
          end();
          onStopped();
        }),
      );
    },
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
      const deliver = capture();
      for (const run of waiting.splice(0)) scheduler.after(0, () => deliver(run));
    },
    isFrozen: () => frozen,
    setSkew: (ms) => {
      skewMs = ms;
    },
    wake: (hint) => capture()(() => running?.local.notify(hint)),
    whileUp: (onEnd) => {
      endings.add(onEnd);
      return () => void endings.delete(onEnd);
    },
  };
};

const startParts = (
  index: number,
  world: World,
  call: Call,
  skips: IsIdle,
  { servers, scheduler, broadcast, onBug }: ProcessPorts,
  settings: ProcessSettings,
): Running => {
  const log = createBugLog(onBug);
  const local = createLocalWakeup();
  const wakeup: Store['wakeup'] = {
    listen: local.listen,
    notify: (hint = null) => {
      local.notify(hint);
      broadcast(index, hint);
    },
  };
  const store = wireStore(servers.store, call, skips, wakeup, scheduler.nowMs);
  const provider = withTimeLimit(
    wireProvider(servers.provider, call),
    world.timer,
    settings.paymentTimeoutMs,
  );
  const priority = createRequestPriority(world.timer, shareWithServer);
  const watch = createDatabaseWatch({ ping: store.ping, ...world, log }, settings);
  void watch.start();
  const worker = startWorker(
    {
      store,
      provider,
      mailer: wireMailer(servers.mailer, call),
      invoiceRenderer: { render: async () => new Uint8Array() },
      stepServices: wireStepServices(servers.services, call, world),
      eventTargets: wireEventTargets(servers.receivers, call, world),
      world,
      log,
      priority,
      mayClaim: watch.mayClaim,
    },
    settings,
  );
  const api = createApi({ store, provider, world, log, priority }, settings, servers.services.available);
  return { worker, local, api };
};

/** A line with a cause is about something that was thrown: all expected failures are values. */
const createBugLog = (onBug: (line: string) => void): Log => {
  const write: Log['error'] = (message, fields) => {
    if (fields?.cause !== undefined) onBug(`${message}: ${describe(fields.cause)}`);
  };
  return { debug: write, info: write, warn: write, error: write };
};

const describe = (cause: unknown): string =>
  cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
