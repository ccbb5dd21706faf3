import type { Result } from 'neverthrow';
import { type MoneyCheck, moneyChecks } from '../../core/ledger.ts';
import { type Metrics, secondsBuckets } from '../../core/metrics.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { createStopwatch } from './calls.ts';

const sizeBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** A worker reads the money checks at least this often (`moneyWatch`). Older numbers are not known any more. */
const moneyFreshMs = 15 * 60_000;

const createBatchMetrics = (metrics: Metrics) => {
  const size = metrics.histogram({
    name: 'cartwright_batch_size',
    help: 'Checkouts, outcomes, tasks or reports that shared one transaction. Claims of tasks that found none are left out.',
    labels: ['operation'],
    buckets: sizeBuckets,
  });
  const seconds = metrics.histogram({
    name: 'cartwright_batch_duration_seconds',
    help: 'How long the transactions of batches took, with the wait for a connection and for locks.',
    labels: ['operation', 'outcome'],
    buckets: secondsBuckets,
  });
  const steps = metrics.counter({
    name: 'cartwright_steps_total',
    help: 'Steps that were leased and reported, by outcome. `unavailable`: their server does not work, so they are paused.',
    labels: ['outcome'],
  });
  const refused = metrics.counter({
    name: 'cartwright_leases_lost_total',
    help: 'Steps whose report was not accepted, because the lease had expired or an operator had taken the task.',
  })();
  const rescued = metrics.counter({
    name: 'cartwright_leases_expired_total',
    help: 'Tasks that this process has rescued after the lease of another worker had expired.',
  })();
  const events = metrics.counter({
    name: 'cartwright_provider_events_total',
    help: 'Events that the payment provider sent and that were stored: understood, not understood, or repeated.',
    labels: ['kind'],
  });
  for (const kind of ['understood', 'not_understood', 'repeated']) events(kind).inc(0);
  return { size, seconds, steps, refused, rescued, events };
};

/** Measures the batches of a store at its ports. Nothing is asked of the database that was not asked before. */
export const createStoreMetrics = (
  metrics: Metrics,
  { timer, clock }: Pick<World, 'timer' | 'clock'>,
  hasWorker: boolean,
) => {
  const startWatch = createStopwatch(timer);
  const { size, seconds, steps, refused, rescued, events } = createBatchMetrics(metrics);
  const money = hasWorker ? createMoneyMetrics(metrics, clock) : () => {};

  const measure = async <T, F>(
    operation: string,
    call: () => Promise<Result<T, F>>,
    sizeOf: (value: T) => number,
  ): Promise<Result<T, F>> => {
    const elapsedS = startWatch();
    const result = await call();
    seconds(operation, result.isOk() ? 'succeeded' : 'unavailable').observe(elapsedS());
    const items = result.isOk() ? sizeOf(result.value) : 0;
    if (items > 0) size(operation).observe(items);
    return result;
  };

  const measureReports = async (
    operation: string,
    reports: readonly { readonly outcome: { readonly kind: string } }[],
    report: () => ReturnType<Store['queue']['report']>,
  ) => {
    const accepted = await measure(operation, report, () => reports.length);
    if (accepted.isErr()) return accepted;
    for (const { outcome } of reports) steps(outcome.kind).inc();
    refused.inc(reports.length - accepted.value.length);
    return accepted;
  };

  return ({ audits, queue, inbox, ledger, ...others }: Store): Store => ({
    ...others,
    audits: {
      ...audits,
      claim: (requests, nowMs, limits) =>
        measure(
          'claim_checkouts',
          () => audits.claim(requests, nowMs, limits),
          () => requests.length,
        ),
      recordOutcomes: (records, nowMs) =>
        measure(
          'record_outcomes',
          () => audits.recordOutcomes(records, nowMs),
          () => records.length,
        ),
    },
    queue: {
      ...queue,
      claim: (query) =>
        measure(
          'claim_tasks',
          () => queue.claim(query),
          ({ processed }) => processed,
        ),
      claimJobs: (query) =>
        measure(
          'claim_jobs',
          () => queue.claimJobs(query),
          (leases) => leases.length,
        ),
      report: (reports, nowMs) => measureReports('report_steps', reports, () => queue.report(reports, nowMs)),
      reportJobs: (reports, nowMs) =>
        measureReports('report_jobs', reports, () => queue.reportJobs(reports, nowMs)),
      rescue: async (query) => {
        const result = await queue.rescue(query);
        if (result.isOk()) rescued.inc(result.value);
        return result;
      },
    },
    inbox: {
      ...inbox,
      receive: async (items, nowMs) => {
        const received = await inbox.receive(items, nowMs);
        if (received.isOk())
          items.forEach(({ taskId }, index) => {
            const kind = taskId === null ? 'not_understood' : 'understood';
            events(received.value[index] === true ? kind : 'repeated').inc();
          });
        return received;
      },
    },
    ledger: {
      ...ledger,
      counts: async (nowMs) => {
        const counts = await ledger.counts(nowMs);
        if (counts.isOk()) money(counts.value);
        return counts;
      },
    },
  });
};

/**
 * The checks read all payments of a day, so a page never asks for them: it shows what the worker of this process, or
 * somebody else here, has read last. A process without a worker has no such numbers, also if an operator has read them
 * there: they would get old, and hide that no worker runs.
 */
const createMoneyMetrics = (metrics: Metrics, clock: World['clock']) => {
  const cases = metrics.gauge({
    name: 'cartwright_money_check_cases',
    help: 'Open cases of each money check, as a worker has read them last. 0 is healthy.',
    labels: ['check'],
  });
  const oldest = metrics.gauge({
    name: 'cartwright_money_check_oldest_case_age_seconds',
    help: 'The age of the oldest open case of each money check. 0 if there is none.',
    labels: ['check'],
  });
  let readAtMs: number | null = null;
  metrics.onRead(() => {
    if (readAtMs === null || clock.nowMs() - readAtMs <= moneyFreshMs) return;
    readAtMs = null;
    cases.clear();
    oldest.clear();
  });
  return (
    counts: Readonly<Record<MoneyCheck, { readonly count: number; readonly oldestMs: number | null }>>,
  ) => {
    readAtMs = clock.nowMs();
    for (const check of moneyChecks) {
      const { count, oldestMs } = counts[check];
      cases.set(count, check);
      oldest.set(oldestMs === null ? 0 : Math.max(0, readAtMs - oldestMs) / 1_000, check);
    }
  };
};
