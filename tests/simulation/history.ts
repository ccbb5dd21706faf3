import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import type { Violation } from '../chaos/violation.ts';
import { type CustomerPorts, runCustomer } from './actors/customers.ts';
import { runOperator } from './actors/operators.ts';
import { runEvents, runProviderActs, webhookSecret } from './actors/providerSide.ts';
import { runStockKeeper } from './actors/stockKeeper.ts';
import { runWebhookOperator } from './actors/webhookOperator.ts';
import { createAsk, createRecordedLog } from './clients.ts';
import type { Coverage } from './coverage.ts';
import { drainAndCheck } from './drain.ts';
import { drawFaults, type Target } from './faults.ts';
import { createIds } from './ids.ts';
import { heal, startInjectors } from './injectors.ts';
import { drawLastingFault } from './liveness.ts';
import { createMailServer } from './mailServer.ts';
import { openOtherServers } from './otherServers.ts';
import { createProcess, type SimulatedProcess } from './process.ts';
import { createStreams, mix } from './random.ts';
import { createLateStatements, waitingForClaims, watchLeases } from './rules.ts';
import { createScheduler, type Drain } from './scheduler.ts';
import { drawServers } from './servers.ts';
import { drawSettings, products } from './settings.ts';
import { type OpenStore, openMemoryStore } from './stores.ts';
import { withRareUpkeep } from './upkeep.ts';
import { createServerWorld } from './world.ts';

export type HistoryOptions = {
  /** Names of faults and actors that are switched off. */
  readonly off: ReadonlySet<string>;
  /** Faults that are left out, by the names that a run has reported. */
  readonly ignored: ReadonlySet<string>;
  /** Whether one fault lasts forever. */
  readonly liveness: boolean;
  /** The name of what the history is to meet. Null: as the seed says. */
  readonly scenario: string | null;
  /** How long faults happen, ms. Null: as the seed says. */
  readonly windowMs: number | null;
  readonly openStore: OpenStore;
};

export type History = {
  readonly violations: readonly Violation[];
  readonly traceHash: string;
  readonly events: number;
  /** The faults that happened, in their order. */
  readonly faults: readonly string[];
};

export const noOptions: HistoryOptions = {
  ...{ off: new Set(), ignored: new Set(), liveness: false, scenario: null, windowMs: null },
  openStore: openMemoryStore,
};

const startMs = Date.UTC(2026, 2, 1, 8);
const eventsMax = 400_000;
/** The latest that a timer may be. The checker expects that what expires is found in some minutes. */
const latestMs = 300_000;

/** The actors of a history, which can be switched off. */
export const actorNames = [
  ...(['customer 1', 'customer 2', 'customer 3', 'operator', 'provider acts'] as const),
  ...(['webhook operator', 'stock keeper'] as const),
] as const;

/** Runs one history from its seed: some virtual minutes with faults, then rest, then the checker. */
export const runHistory = async (
  seed: number,
  { off, ignored, liveness, scenario, windowMs, openStore }: HistoryOptions,
  coverage: Coverage,
  drain: Drain,
): Promise<History> => {
  const scheduler = createScheduler(startMs, mix(seed, 'ties'));
  const streams = createStreams(seed);
  const settings = drawSettings(streams, scenario);
  const lasting = liveness ? drawLastingFault(streams.stream('liveness')) : null;
  const faults = drawFaults(streams, off, settings.faults);
  const bugs: string[] = [];
  const happened: string[] = [];
  const outages = new Set<Target>();
  let healedAtMs: number | null = null;
  const isFaulty = () => healedAtMs === null;
  const onFault = (fault: string): boolean => {
    if (ignored.has(fault)) return false;
    happened.push(fault);
    return true;
  };

  /** How late a long timer may be. The longer all is well, the later: then most polls find nothing. */
  const lateMs = (): number => {
    if (healedAtMs === null) return settings.timersLateMs;
    const healedMs = scheduler.nowMs() - healedAtMs;
    return lasting === null
      ? Math.min(latestMs, Math.max(10_000, 3 * healedMs))
      : Math.min(latestMs, Math.max(5_000, Math.floor(healedMs / 3)));
  };

  const world = createServerWorld(scheduler, seed);
  const opened = openStore(world, coverage);
  const { books, isIdle } = opened;
  const lateStatements = createLateStatements();
  const onBug = (line: string) => void bugs.push(line);
  const others = openOtherServers(
    watchLeases(waitingForClaims(opened.store, lateStatements), books, onBug),
    ...([books, drawServers(streams, { ...settings.servers, ...lasting?.servers }), onBug] as const),
  );
  const { store } = others;
  const mailServer = createMailServer();
  const provider = createSandboxProvider(createMemoryRecords(), world, {
    ...{ events: settings.events, lateMs: settings.lateMs, webhookSecret },
  });
  const hints = streams.stream('hints');
  const broadcast = (from: number, hint: Parameters<SimulatedProcess['wake']>[0]): void => {
    const loss = isFaulty() ? (faults.get('hint_lost') ?? 0) : 0;
    for (const other of processes)
      if (other.index !== from && hints.unit() >= loss)
        scheduler.after(hints.between(0, 10), () => other.wake(hint));
  };
  const processPorts = {
    ...{ scheduler, streams, faults, ignored, coverage, isFaulty, seed, outages, broadcast },
    ...{ isIdle, lateStatements },
    servers: {
      store: withRareUpkeep(store, scheduler.nowMs),
      provider,
      mailer: mailServer.mailer,
      ...others.servers,
    },
    onFault: (fault: string) => void happened.push(fault),
    onBug,
    roundUp: (ms: number) => {
      // Where calls take long, a heartbeat must not be late.
      if (lasting?.callsHang && ms === settings.process.leaseMs / 3) return ms;
      const nowMs = scheduler.nowMs();
      const gridMs = lateMs();
      return Math.ceil((nowMs + ms) / gridMs) * gridMs - nowMs;
    },
  };
  const processes = Array.from({ length: settings.processes }, (_, index) =>
    createProcess(index, processPorts, settings.process),
  );

  const log = createRecordedLog();
  const keys = createIds(mix(seed, 'keys'));
  let losses = 0;
  const ask = createAsk(
    processes,
    scheduler,
    () => (isFaulty() ? (faults.get('client_lost') ?? 0) : 0),
    (fault) => onFault(`${fault} #${losses++}`),
    onBug,
  );
  const ports = {
    ...{ scheduler, log, ask, books, provider, isActive: isFaulty, lateMs },
    services: others.servers.services.available,
    createKey: () => keys.next(scheduler.nowMs()),
  };

  const runActors = async (): Promise<void> => {
    const listed = await store.products.list({ search: null, type: null, after: null, limit: 100 });
    const { items } = listed._unsafeUnwrap();
    const productIds = items.map(({ id }) => id);
    const limitedIds = items.filter(({ stock }) => stock !== null).map(({ id }) => id);
    const customerPorts: CustomerPorts = {
      ...{ ...ports, productIds, methods: settings.methods },
      isPaid: (id) => !['pending', 'paying', 'cancelled'].includes(books.orderStatus(id) ?? 'pending'),
      finishChallenge: async (clientSecret, outcome) => {
        await scheduler.sleep(5);
        return (await provider.finishChallenge({ clientSecret, outcome })).unwrapOr(false);
      },
    };
    const actors: Readonly<Record<(typeof actorNames)[number], () => Promise<void>>> = {
      'customer 1': () => runCustomer('an', customerPorts, streams.stream('customer 1')),
      'customer 2': () => runCustomer('binh', customerPorts, streams.stream('customer 2')),
      'customer 3': () => runCustomer('chi', customerPorts, streams.stream('customer 3')),
      operator: () => runOperator(ports, streams.stream('operator')),
      'provider acts': () => runProviderActs(ports, streams.stream('provider acts')),
      'webhook operator': () => runWebhookOperator(ports, streams.stream('webhook operator')),
      'stock keeper': () => runStockKeeper({ ...ports, limitedIds }, streams.stream('stock keeper')),
    };
    const runs = actorNames.filter(
      (name) => (settings.actors.has(name) || others.actors.has(name)) && !off.has(name),
    );
    await Promise.all(runs.map((name) => actors[name]()));
  };

  let violations: readonly Violation[] | null = null;
  const control = async (): Promise<void> => {
    (await store.products.upsert(products, scheduler.nowMs(), 'replace'))._unsafeUnwrap();
    await others.begin(scheduler.nowMs());
    for (const process of processes) process.boot();
    void runEvents(ports, streams.stream('events'), () => (healedAtMs === null ? 700 : lateMs()));
    startInjectors({ scheduler, streams, faults, processes, outages, coverage, isFaulty, onFault });
    scheduler.after(windowMs ?? settings.windowMs, () => {
      healedAtMs = scheduler.nowMs();
      heal({ processes, outages });
      if (lasting !== null) happened.push(`for ever: ${lasting.name}`);
      const { after } = scheduler;
      lasting?.begin({ processes, outages, refuseAddress: mailServer.refuse, after });
    });
    await runActors();
    const found = await drainAndCheck({
      ...ports,
      ...{ lasting, processes, store, mails: mailServer.received, startMs, random: streams.stream('drain') },
      others,
    });
    violations = [...found, ...bugs.map((detail) => ({ rule: 'threw', id: '-', detail }))];
  };
  let failure: unknown = null;
  control().catch((cause: unknown) => {
    failure = cause;
  });
  await scheduler.run(() => violations !== null || failure !== null, drain, eventsMax);
  opened.close();
  if (failure !== null) throw failure;
  coverage.close();
  return {
    violations: violations ?? [{ rule: 'stopped', id: '-', detail: 'no event was left' }],
    ...{ traceHash: scheduler.traceHash(), events: scheduler.events(), faults: happened },
  };
};
