import { createCallMetrics } from '../adapters/metrics/calls.ts';
import { createProcessMetrics } from '../adapters/metrics/process.ts';
import { createQueueMetrics } from '../adapters/metrics/queue.ts';
import { createRegistry } from '../adapters/metrics/registry.ts';
import { createStoreMetrics } from '../adapters/metrics/store.ts';
import type { RequestCounter } from '../api/http/requestLog.ts';
import type { Metrics, RenderMetrics } from '../core/metrics.ts';
import type { Store } from '../core/store.ts';
import type { CheckOut } from '../core/usecases/checkOut.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import { sqlitePathOf } from './databaseUrl.ts';
import { createRequestMetrics } from './requestMetrics.ts';

/** The metrics of a process, and the wrappers that count at its ports. The ports themselves know nothing of them. */
export type Telemetry = ReturnType<typeof createCallMetrics> & {
  readonly metrics: Metrics;
  readonly render: RenderMetrics;
  readonly requests: RequestCounter;
  readonly measureStore: (store: Store) => Store;
  readonly measureCheckOut: (checkOut: CheckOut) => CheckOut;
};

export const createTelemetry = (
  world: World,
  { role, databaseUrl }: Pick<Config, 'role' | 'databaseUrl'>,
  version: string,
): Telemetry => {
  const registry = createRegistry(world.timer);
  const database = sqlitePathOf(databaseUrl) === null ? 'postgres' : 'sqlite';
  createProcessMetrics(registry, world, { version, role, database });
  const measureBatches = createStoreMetrics(registry, world);
  return {
    ...createCallMetrics(registry, world.timer),
    metrics: registry,
    render: registry.render,
    requests: createRequestMetrics(registry),
    measureStore: (store) => {
      createQueueMetrics(registry, store.queue, world);
      return measureBatches(store);
    },
    measureCheckOut: createCheckoutMetrics(registry),
  };
};

/** Checkouts by what their customer was told: a status of the response, or the kind of the failure. */
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
