import type { GaugeFamily, Metrics } from '../../core/metrics.ts';
import type { OperatorQueue } from '../../core/operatorQueue.ts';
import { pauseOrigins } from '../../core/pause.ts';
import { type QueueStats, taskStates } from '../../core/queue.ts';
import { countedPipelines, type HistorySlot, slotMs } from '../../core/queueHistory.ts';
import type { World } from '../../core/world.ts';
import { createReading } from './reading.ts';

/** The finished tasks are those of as many slots of the history. */
const finishedSlots = 6;

/**
 * The whole shop's queue, whichever process is asked: it is read from the database when a page is rendered. Each process
 * says the same, so whoever adds up takes the largest of them.
 */
export const createQueueMetrics = (
  metrics: Metrics,
  queue: Pick<OperatorQueue, 'stats' | 'history'>,
  { clock, timer }: Pick<World, 'clock' | 'timer'>,
): void => {
  const gauges = createGauges(metrics);
  const read = async (): Promise<boolean> => {
    const nowMs = clock.nowMs();
    const [stats, history] = [await queue.stats(nowMs), await queue.history(nowMs)];
    if (stats.isErr() || history.isErr()) return false;
    show(gauges, stats.value, history.value, nowMs);
    return true;
  };
  createReading(metrics, timer, read, () => {
    for (const gauge of Object.values(gauges)) gauge.clear();
  });
};

type Gauges = Readonly<
  Record<'tasks' | 'oldest' | 'finished' | 'pauses' | 'pauseAge' | 'readAt', GaugeFamily>
>;

const createGauges = (metrics: Metrics): Gauges => ({
  tasks: metrics.gauge({
    name: 'cartwright_queue_tasks',
    help: 'Unfinished tasks of the shop, by pipeline and state.',
    labels: ['pipeline', 'state'],
  }),
  oldest: metrics.gauge({
    name: 'cartwright_queue_oldest_ready_age_seconds',
    help: 'Since when the oldest ready task of each pipeline could be claimed. 0 if none is ready.',
    labels: ['pipeline'],
  }),
  finished: metrics.gauge({
    name: 'cartwright_queue_finished_last_minute',
    help: 'Tasks that finished in the last whole minute, by all workers together.',
    labels: ['pipeline'],
  }),
  pauses: metrics.gauge({
    name: 'cartwright_queue_pauses',
    help: 'Pauses that hold a pipeline or one of its steps, by who made them: an operator, or a fault of a server.',
    labels: ['pipeline', 'origin'],
  }),
  pauseAge: metrics.gauge({
    name: 'cartwright_queue_oldest_pause_age_seconds',
    help: 'The age of the oldest pause of each pipeline. 0 if there is none.',
    labels: ['pipeline', 'origin'],
  }),
  readAt: metrics.gauge({
    name: 'cartwright_queue_read_timestamp_seconds',
    help: 'When the numbers of the queue were read from the database.',
  }),
});

/** Every pipeline has a value for everything, 0 if there is nothing: a series that comes and goes has no rate. */
const show = (gauges: Gauges, stats: QueueStats, history: readonly HistorySlot[], nowMs: number): void => {
  gauges.readAt.set(nowMs / 1_000);
  // The newest slot may still get more, so the minute before it is counted.
  const slots = history.filter(({ atMs }) => atMs < nowMs - 2 * slotMs).slice(-finishedSlots);
  for (const pipeline of countedPipelines) {
    for (const state of taskStates) gauges.tasks.set(0, pipeline, state);
    gauges.oldest.set(0, pipeline);
    const finished = slots.flatMap((slot) => slot.finished.filter((each) => each.pipeline === pipeline));
    gauges.finished.set(
      finished.reduce((sum, { tasks }) => sum + tasks, 0),
      pipeline,
    );
    for (const origin of pauseOrigins) {
      const pauses = stats.pauses.filter((each) => each.pipeline === pipeline && each.origin === origin);
      gauges.pauses.set(pauses.length, pipeline, origin);
      const ages = pauses.map(({ sinceMs }) => (nowMs - sinceMs) / 1_000);
      gauges.pauseAge.set(Math.max(0, ...ages), pipeline, origin);
    }
  }
  for (const { pipeline, state, tasks } of stats.counts) gauges.tasks.set(tasks, pipeline, state);
  for (const { pipeline, ageMs } of stats.oldestReady)
    gauges.oldest.set(Math.max(0, ageMs) / 1_000, pipeline);
};
