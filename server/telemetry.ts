import { createCallMetrics } from '../adapters/metrics/calls.ts';
import { createBacklogMetrics, createEventTargetMetrics } from '../adapters/metrics/events.ts';
import { createProcessMetrics } from '../adapters/metrics/process.ts';
import { createQueueMetrics } from '../adapters/metrics/queue.ts';
import { createRegistry, type Registry } from '../adapters/metrics/registry.ts';
import { createReplicaMetrics } from '../adapters/metrics/replica.ts';
import { createStoreMetrics } from '../adapters/metrics/store.ts';
import type { RequestCounter } from '../api/http/requestLog.ts';
import type { EventTarget } from '../core/eventTarget.ts';
import { type Metrics, type RenderMetrics, secondsBuckets } from '../core/metrics.ts';
import type { Store } from '../core/store.ts';
import type { CheckOut } from '../core/usecases/checkOut.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import { sqlitePathOf } from './databaseUrl.ts';
import { createRequestMetrics } from './requestMetrics.ts';

/** The metrics of a process, and the wrappers that count at its ports. The ports themselves know nothing of them. */
export type Telemetry = ReturnType<typeof createCallMetrics> & {
  readonly render: RenderMetrics;
  readonly requests: RequestCounter;
  readonly onPoolWait: (pool: string, ms: number) => void;
  readonly measureStore: (store: Store) => Store;
  readonly measureCheckOut: (checkOut: CheckOut) => CheckOut;
  readonly measureEventTarget: (target: EventTarget) => EventTarget;
  /** Once, by a process that reads a replica. */
  readonly createReplicaMetrics: () => ReturnType<typeof createReplicaMetrics>;
};

export const createTelemetry = (
  world: World,
  { role, databaseUrl }: Pick<Config, 'role' | 'databaseUrl'>,
  version: string,
  droppedLines: () => number,
  registry: Registry = createRegistry(world.timer),
): Telemetry => {
  const database = sqlitePathOf(databaseUrl) === null ? 'postgres' : 'sqlite';
  countDropped(registry, droppedLines);
  createProcessMetrics(registry, world, { version, role, database });
  const measureBatches = createStoreMetrics(registry, world, role === 'all' || role === 'worker');
  return {
    ...createCallMetrics(registry, world.timer),
    render: registry.render,
    requests: createRequestMetrics(registry),
    onPoolWait: createPoolMetrics(registry),
    measureStore: (store) => {
      createQueueMetrics(registry, store.queue, world);
      createBacklogMetrics(registry, store.events, world);
      return measureBatches(store);
    },
    measureCheckOut: createCheckoutMetrics(registry),
    measureEventTarget: createEventTargetMetrics(registry, world.timer),
    createReplicaMetrics: () => createReplicaMetrics(registry),
  };
};

/** Only waits are counted: a statement that finds a connection has none. */
const createPoolMetrics = (metrics: Metrics): Telemetry['onPoolWait'] => {
  const waits = metrics.histogram({
    name: 'cartwright_database_pool_wait_seconds',
    help: 'How long statements waited for a connection to PostgreSQL because all of their pool were in use.',
    labels: ['pool'],
    buckets: secondsBuckets,
  });
  return (pool, ms) => waits(pool).observe(ms / 1_000);
};

const countDropped = (metrics: Metrics, droppedLines: () => number): void => {
  const lines = metrics.counter({
    name: 'cartwright_log_lines_dropped_total',
    help: 'Log lines that Splunk did not get, because it was behind or did not take them.',
  })();
  let counted = 0;
  metrics.onRead(() => {
    lines.inc(droppedLines() - counted);
    counted = droppedLines();
  });
};

/** Checkouts by the answer that their customer got: a status of the response, or the kind of the failure. */
const createCheckoutMetrics = (metrics: Metrics) => {
  const checkouts = metrics.counter({
    name: 'cartwright_checkouts_total',
    help: 'Checkouts by outcome. A replay is a repeated key that got its stored response.',
    labels: ['outcome'],
  });
  // A series that begins with its first event has no increase for it.
  for (const outcome of commonOutcomes) checkouts(outcome).inc(0);
  return (checkOut: CheckOut): CheckOut =>
    async (command) => {
      const result = await checkOut(command);
      if (result.isErr()) checkouts(result.error.kind).inc();
      else checkouts(result.value.replayed ? 'replayed' : result.value.response.status).inc();
      return result;
    };
};

const commonOutcomes = [
  'succeeded',
  'declined',
  'requires_action',
  'unknown',
  'replayed',
  'payment_unavailable',
  'unavailable',
];
