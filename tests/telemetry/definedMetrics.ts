import { createRegistry } from '../../adapters/metrics/registry.ts';
import type { MetricDefinition } from '../../core/metrics.ts';
import { createTelemetry } from '../../server/telemetry.ts';
import { createMemoryStore } from '../model/store.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

/** The names of all series that a process can have, and the labels of each. */
export const definedMetrics = (): ReadonlyMap<string, readonly string[]> => {
  const testWorld = createTestWorld();
  const world = { ...testWorld, timer: createManualTimer(testWorld) };
  const registry = createRegistry(world.timer);
  const defined = new Map<string, readonly string[]>();
  const add = ({ name, labels = [] }: MetricDefinition, suffixes: readonly string[] = ['']): void => {
    for (const suffix of suffixes) defined.set(name + suffix, labels);
  };
  const config = { role: 'all', databaseUrl: 'sqlite::memory:' } as const;
  const telemetry = createTelemetry(world, config, '1.0.0', () => 0, {
    ...registry,
    counter: (definition) => {
      add(definition);
      return registry.counter(definition);
    },
    gauge: (definition) => {
      add(definition);
      return registry.gauge(definition);
    },
    histogram: (definition) => {
      add(definition, ['_count', '_sum']);
      defined.set(`${definition.name}_bucket`, [...(definition.labels ?? []), 'le']);
      return registry.histogram(definition);
    },
  });
  telemetry.measureStore(createMemoryStore(world));
  telemetry.createReplicaMetrics();
  return defined;
};
