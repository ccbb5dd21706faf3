import { readdirSync } from 'node:fs';
import process from 'node:process';
import type { Metrics } from '../../core/metrics.ts';
import type { World } from '../../core/world.ts';
import { createStopwatch } from './calls.ts';

const lagEveryMs = 500;
const lagBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export type BuildInfo = {
  readonly version: string;
  readonly role: string;
  readonly database: string;
};

/** The process itself: what it is, what it takes, and how late its event loop is. */
export const createProcessMetrics = (
  metrics: Metrics,
  { clock, timer }: Pick<World, 'clock' | 'timer'>,
  { version, role, database }: BuildInfo,
): void => {
  const { bun, deno } = process.versions as Readonly<Record<string, string | undefined>>;
  const runtime = bun === undefined ? `deno ${deno ?? ''}`.trim() : `bun ${bun}`;
  metrics
    .gauge({
      name: 'cartwright_build_info',
      help: 'Always 1. The labels say what runs.',
      labels: ['version', 'role', 'runtime', 'database'],
    })
    .set(1, version, role, runtime, database);
  const gauge = (name: string, help: string) => metrics.gauge({ name, help });
  gauge('process_start_time_seconds', 'When the process started.').set(clock.nowMs() / 1_000);
  const resident = gauge('process_resident_memory_bytes', 'Memory of the process.');
  const heap = gauge('process_heap_bytes', 'Memory in use by JavaScript objects.');
  const files = gauge('process_open_fds', 'Open files and connections.');
  const cpu = metrics.counter({
    name: 'process_cpu_seconds_total',
    help: 'Time of processors, of the user and the system.',
  })();
  let countedS = 0;
  metrics.onRead(() => {
    const { rss, heapUsed } = process.memoryUsage();
    resident.set(rss);
    heap.set(heapUsed);
    const { user, system } = process.cpuUsage();
    const usedS = (user + system) / 1_000_000;
    cpu.inc(Math.max(0, usedS - countedS));
    countedS = usedS;
    const open = countOpenFiles();
    if (open !== null) files.set(open);
  });
  watchEventLoop(metrics, timer);
};

/** Null where the system does not say it. */
const countOpenFiles = (): number | null => {
  try {
    // One of them is the open folder.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return null;
  }
};

/** How late a timer is: as late are all requests that wait for the event loop. Deno has no measure of its own for it. */
const watchEventLoop = (metrics: Metrics, timer: World['timer']): void => {
  const lag = metrics.histogram({
    name: 'cartwright_event_loop_lag_seconds',
    help: 'How late timers were, sampled twice a second.',
    buckets: lagBuckets,
  })();
  const startWatch = createStopwatch(timer);
  const sample = (): void => {
    const elapsedS = startWatch();
    timer.after(
      lagEveryMs,
      () => {
        lag.observe(Math.max(0, elapsedS() - lagEveryMs / 1_000));
        sample();
      },
      { background: true },
    );
  };
  sample();
};
