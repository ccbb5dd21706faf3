import type { Metrics } from '../../core/metrics.ts';
import type { ReplicaHealth } from '../../core/replica.ts';

/** The replica of a process, and which server its queries went to. */
export const createReplicaMetrics = (metrics: Metrics) => {
  const reads = metrics.counter({
    name: 'cartwright_replica_reads_total',
    help: 'Queries by the server that answered: the replica, or the primary and why.',
    labels: ['route'],
  });
  for (const route of ['replica', 'primary_away', 'primary_behind', 'primary_token', 'primary_failed'])
    reads(route).inc(0);
  const up = metrics.gauge({
    name: 'cartwright_replica_up',
    help: '1 while queries read the replica, 0 while it is away or too far behind.',
  });
  const seconds = metrics.gauge({
    name: 'cartwright_replica_lag_seconds',
    help: 'How long the replica has lacked what the primary has. No sample while it is not known.',
  });
  const bytes = metrics.gauge({
    name: 'cartwright_replica_lag_bytes',
    help: 'How much of the write-ahead log the replica has not replayed. No sample while it is not known.',
  });
  return {
    count: (route: string) => reads(route).inc(),
    watch: (health: () => ReplicaHealth): void =>
      metrics.onRead(() => {
        const { state, lagMs, lagBytes } = health();
        up.set(state === 'up' ? 1 : 0);
        seconds.clear();
        bytes.clear();
        if (lagMs !== null) seconds.set(lagMs / 1_000);
        if (lagBytes !== null) bytes.set(lagBytes);
      }),
  };
};
