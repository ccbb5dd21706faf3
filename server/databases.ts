import { err } from 'neverthrow';
import type { createApp } from '../api/app.ts';
import type { ApiDeps, DatabasesHealth } from '../api/deps.ts';
import type { CountedLog } from '../core/countedLog.ts';
import { messageOf } from '../core/errorMessage.ts';
import type { Log } from '../core/log.ts';
import { createWaitFor, type Replica } from '../core/replica.ts';
import type { Unavailable } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import { addressOf, sqlitePathOf } from './databaseUrl.ts';
import { createDatabaseWatch, type DatabaseWatch } from './databaseWatch.ts';
import { startPartitionWatch } from './partitionWatch.ts';
import type { Close } from './process.ts';
import { createReplicaWatch, type ReplicaWatch } from './replicaWatch.ts';
import { createSlowStatements } from './slowStatements.ts';
import type { Telemetry } from './telemetry.ts';
import type { Tracing } from './tracing.ts';
import { openStore, outageReasonOf, waitForStore } from './wiring.ts';

type CreateApp = typeof createApp;
type App = ReturnType<CreateApp>;
type Fetch = (request: Request) => Response | Promise<Response>;

/** The primary, and the replica where queries are answered and one is set. */
export type Databases = {
  readonly store: Store;
  /** Those that can be read, the primary first. */
  readonly stores: readonly Store[];
  /** Of the primary. */
  readonly watch: DatabaseWatch;
  readonly isReady: () => Promise<boolean>;
  readonly health: () => DatabasesHealth;
  /** The store that the live streams read. */
  readonly live: LiveStore;
  /** `api` behind the choice of the server for queries, and with the tokens of commands. */
  readonly route: (api: App, deps: ApiDeps, create: CreateApp) => Promise<Fetch>;
};

type LiveStore = {
  readonly queue: Pick<Store['queue'], 'stats'>;
  readonly ledger: Pick<Store['ledger'], 'counts'>;
};
type Environment = { readonly world: World; readonly log: Log; readonly tracing: Tracing };
type Watched = { readonly replica: Replica; readonly watch: ReplicaWatch };

export const openDatabases = async (
  environment: Environment,
  countedLog: CountedLog,
  config: Config,
  telemetry: Telemetry,
  closers: Close[],
): Promise<Databases> => {
  const { world, log, tracing } = environment;
  const replica = await openReplicaOf(environment, countedLog, config, closers);
  const slow = createSlowStatements(countedLog, config);
  const ports = { slow, log, onPoolWait: telemetry.onPoolWait };
  const open = () => openStore(world, config, ports);
  const opened = await waitForStore(
    replica !== null && config.role === 'read' ? () => openEither(open, replica, world, config) : open,
    config,
    log,
    world.timer,
  );
  closers.push(opened.close);
  const measured = telemetry.measureStore(tracing.store(opened));
  const watch = await startDatabaseWatch(measured, environment, config, replica !== null, closers);
  const watched =
    replica === null ? null : await startReplicaWatch(replica, measured, environment, config, closers);
  const store = watched === null ? measured : withKeysOfEither(measured, watched.replica.store, watch);
  const routed = { store, watch, watched, telemetry };
  const partitions =
    sqlitePathOf(config.databaseUrl) === null
      ? startPartitionWatch({ store: measured, ...world, log })
      : null;
  closers.push(async () => partitions?.stop());
  return {
    store,
    stores: watched === null ? [store] : [store, watched.replica.store],
    watch,
    isReady: async () => (await watch.isReady()) || (config.role === 'read' && isRead(watched)),
    health: () => healthOf(watch, watched, partitions?.warning() ?? null),
    live: liveStoreOf(store, watched),
    route: (api, deps, create) => createRoute(routed, config, api, deps, create),
  };
};

/** What the live streams show may be as old as the replica: they have no token. */
const liveStoreOf = (primary: Store, watched: Watched | null): LiveStore => {
  if (watched === null) return primary;
  const current = () => (watched.watch.health().state === 'up' ? watched.replica.store : primary);
  return {
    queue: { stats: (nowMs) => current().queue.stats(nowMs) },
    ledger: { counts: (nowMs) => current().ledger.counts(nowMs) },
  };
};

const isRead = (watched: Watched | null): boolean =>
  watched !== null && watched.watch.health().state !== 'away';

const healthOf = (watch: DatabaseWatch, watched: Watched | null, warning: string | null): DatabasesHealth => {
  const replica = watched?.watch.health();
  const degraded = [
    ...(watched === null || watch.wasReady() ? [] : (['database'] as const)),
    ...(replica === undefined || replica.state === 'up' ? [] : (['replica'] as const)),
    ...(warning === null ? [] : (['partitions'] as const)),
  ];
  return {
    ...(replica && { replica }),
    ...((replica !== undefined || degraded.length > 0) && { degraded }),
    ...(warning !== null && { warnings: [warning] }),
  };
};

/** Null for a process that answers no queries, or has no replica. */
const openReplicaOf = async (
  { world, tracing }: Environment,
  countedLog: CountedLog,
  config: Config,
  closers: Close[],
): Promise<Replica | null> => {
  const { databaseReplicaUrl: url, databasePoolSize: poolSize, databasePooling: pooling, role } = config;
  if (url === null || (role !== 'read' && role !== 'all')) return null;
  const { openReplica } = await import('../adapters/postgres/replica.ts');
  const slow = createSlowStatements(countedLog, config);
  const replica = openReplica(world, { url, poolSize, pooling, slow });
  closers.push(replica.close);
  return { ...replica, store: tracing.store(replica.store) };
};

/**
 * A process that only reads starts while either server answers. If the primary is away, it is checked when it comes
 * back.
 */
const openEither = async (
  open: () => Promise<Store>,
  replica: Replica,
  world: World,
  { databaseUrl: url, databasePoolSize: poolSize, databasePooling: pooling }: Config,
): Promise<Store> => {
  try {
    return await open();
  } catch (cause) {
    if ((await outageReasonOf(url, cause)) === null) throw cause;
    const status = await replica.status().catch(() => null);
    if (status === null || status.isErr()) throw cause;
    const { openReplica } = await import('../adapters/postgres/replica.ts');
    const primary = openReplica(world, { url, poolSize, pooling });
    return {
      ...primary.store,
      ping: async () => {
        const checked = await primary.status().catch(unavailableBy);
        return checked.isErr() ? err(checked.error) : primary.store.ping();
      },
    };
  }
};

/** It answers and cannot be used, such as after a newer release has migrated it. */
const unavailableBy = (cause: unknown) =>
  err<never, Unavailable>({
    kind: 'unavailable',
    reason: messageOf(cause),
  });

const startDatabaseWatch = async (
  { ping }: Store,
  { world, log }: Environment,
  config: Config,
  hasReplica: boolean,
  closers: Close[],
): Promise<DatabaseWatch> => {
  const outage = hasReplica && config.role === 'read' ? 'the primary database cannot be used' : undefined;
  const watch = createDatabaseWatch({ ping, ...world, log }, { ...config, outage });
  const stop = await watch.start();
  closers.push(async () => stop());
  return watch;
};

const startReplicaWatch = async (
  replica: Replica,
  { position }: Store,
  { world, log }: Environment,
  { databaseReplicaUrl }: Config,
  closers: Close[],
): Promise<Watched> => {
  const watch = createReplicaWatch({ replica, position, ...world, log }, addressOf(databaseReplicaUrl ?? ''));
  const stop = await watch.start();
  closers.push(async () => stop());
  return { replica, watch };
};

/** A key that was just made or ended is in the primary first. */
const withKeysOfEither = (store: Store, replica: Store, watch: DatabaseWatch): Store => ({
  ...store,
  serviceKeys: {
    ...store.serviceKeys,
    findByHash: async (...args) => {
      const [first, second] = watch.wasReady() ? [store, replica] : [replica, store];
      const found = await first.serviceKeys.findByHash(...args);
      return found.isErr() ? second.serviceKeys.findByHash(...args) : found;
    },
  },
});

/** How long a read waits for the replica before it asks the primary. */
const tokenWaitMs = 100;
/** There is no other server to ask, so a caller waits rather than gets 503. */
const onlyServerWaitMs = 2_000;

const createRoute = async (
  {
    store,
    watched,
    telemetry,
  }: Pick<Databases, 'store'> & { readonly watched: Watched | null; readonly telemetry: Telemetry },
  { databaseUrl: url, role }: Config,
  api: App,
  deps: ApiDeps,
  create: CreateApp,
): Promise<Fetch> => {
  const primary: Fetch = (request) => api.fetch(request);
  if (sqlitePathOf(url) !== null || role === 'worker') return primary;
  const { readOneServer, readReplicaFirst, withConsistencyToken } = await import(
    '../api/http/consistency.ts'
  );
  const { timer } = deps.world;
  if (watched !== null) {
    const { replica, watch } = watched;
    const ofReplica = create({ ...deps, store: { ...replica.store, serviceKeys: store.serviceKeys } });
    const metrics = telemetry.createReplicaMetrics();
    metrics.watch(watch.health);
    const waitFor = createWaitFor(replica.store, timer, tokenWaitMs);
    const reads = { state: () => watch.health().state, waitFor, count: metrics.count };
    const fetch = readReplicaFirst(primary, (request) => ofReplica.fetch(request), reads, timer);
    return role === 'read' ? fetch : withConsistencyToken(fetch, store.position);
  }
  if (role !== 'read') return withConsistencyToken(primary, store.position);
  const waitFor = createWaitFor(store, timer, onlyServerWaitMs);
  let behind: App | undefined;
  return readOneServer(primary, waitFor, (request) => {
    behind ??= create({ ...deps, refuses: 'the server has not got what the caller has written' });
    return behind.fetch(request);
  });
};
