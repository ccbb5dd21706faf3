import { Buffer } from 'node:buffer';
import type { Log } from '../../core/log.ts';
import { startSleep, withTimeout } from '../../core/timer.ts';
import type { World } from '../../core/world.ts';
import { createBuffer } from './batch.ts';
import { type Collector, createSend, type SendOutcome } from './request.ts';

export type SplunkLog = {
  /** Takes one line of JSON. Returns at once, always. */
  readonly write: (line: string, atMs: number) => void;
  /** How many lines were dropped since the start. */
  readonly dropped: () => number;
  /** Sends what waits, for a limited time. What is left then is dropped and said. */
  readonly close: () => Promise<void>;
};

type Options = Collector & {
  readonly host: string;
  /** For what happens here. It must not write to `write`. */
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly limits?: Partial<Limits>;
};

type Limits = {
  /** Lines that wait, in bytes: what the collector may be behind before lines are dropped. */
  readonly bufferBytes: number;
  readonly batchBytes: number;
  /** A line waits this long for others. */
  readonly waitMs: number;
  readonly closeMs: number;
};

const defaultLimits: Limits = {
  bufferBytes: 8 * 1024 * 1024,
  batchBytes: 256 * 1024,
  waitMs: 1_000,
  closeMs: 3_000,
};

const pauseBaseMs = 500;
const pauseMaxMs = 60_000;
const closingPauseMs = 250;

/**
 * Sends the lines of a log to the HTTP Event Collector of Splunk, in batches, one request at a time. A line may arrive
 * twice, if the answer to its batch is lost. If the collector is behind, lines wait up to a limit, and further ones are
 * dropped and counted: a request never waits for the log.
 */
export const createSplunkLog = (
  { timer, random }: Pick<World, 'timer' | 'random'>,
  { host, log, limits, ...collector }: Options,
): SplunkLog => {
  const { bufferBytes, batchBytes, waitMs, closeMs } = { ...defaultLimits, ...limits };
  const buffer = createBuffer(bufferBytes);
  const send = createSend(timer, collector);
  const reports = createReports(log);
  const prefix = `,"host":${JSON.stringify(host)},"source":"cartwright","sourcetype":"_json","event":`;
  let batchMax = batchBytes;
  let running: Promise<void> | null = null;
  let closing = false;
  let endPause = () => {};

  const pause = async (ms: number): Promise<void> => {
    const { finished, end } = startSleep(timer, ms, { background: true });
    endPause = end;
    await finished;
    endPause = () => {};
  };

  const sendAll = async (): Promise<void> => {
    let failures = 0;
    if (!closing && buffer.bytes() < batchMax) await pause(waitMs);
    while (!buffer.isEmpty()) {
      const batch = buffer.first(batchMax);
      const count = batch.length;
      const outcome = await send(batch.map(({ text }) => text).join(''));
      if (outcome.kind === 'accepted') {
        failures = 0;
        buffer.drop(count);
        reports.recovered();
        continue;
      }
      if (outcome.kind === 'too_large' && count > 1) {
        batchMax = Math.ceil(batch.reduce((sum, { bytes }) => sum + bytes, 0) / 2);
        continue;
      }
      reports.failed(outcome);
      if (outcome.kind === 'unreadable' || outcome.kind === 'too_large') {
        buffer.drop(count);
        reports.dropped(count);
        continue;
      }
      failures++;
      await pause(closing ? closingPauseMs : pauseAfter(failures, outcome, random.unit()));
    }
    running = null;
  };

  return {
    write: (line, atMs) => {
      const text = `{"time":${(atMs / 1_000).toFixed(3)}${prefix}${line}}`;
      if (!buffer.add({ text, bytes: Buffer.byteLength(text) })) {
        reports.dropped(1);
        return;
      }
      if (buffer.bytes() >= batchMax && running !== null && reports.isWell()) endPause();
      running ??= sendAll();
    },
    dropped: reports.count,
    close: async () => {
      closing = true;
      endPause();
      if (running !== null) await withTimeout(timer, closeMs, running, () => {});
      // Whoever is down at the end would otherwise be waited for.
      const left = buffer.count();
      buffer.drop(left);
      if (left > 0) reports.dropped(left);
      reports.closed();
      endPause();
    },
  };
};

/** Half of it is random, so that a fleet does not come back all at once. A wrong token is tried once a minute. */
const pauseAfter = (failures: number, outcome: SendOutcome, unit: number): number => {
  if (outcome.kind === 'refused') return pauseMaxMs;
  const asked = outcome.kind === 'later' ? (outcome.retryAfterMs ?? 0) : 0;
  const own = Math.min(pauseMaxMs, pauseBaseMs * 2 ** Math.min(failures, 20)) * (0.5 + unit / 2);
  return Math.min(pauseMaxMs, Math.max(asked, own));
};

/** Says what is wrong once, and again only when it is over: the other log must not be flooded in its place. */
const createReports = (log: Options['log']) => {
  let failing = false;
  let dropping = false;
  let isOver = false;
  let all = 0;
  let said = 0;
  const sayDropped = (): void => {
    if (all > said) log.warn('log lines were dropped and are not in Splunk', { lines: all - said });
    said = all;
    dropping = false;
  };
  return {
    isWell: () => !failing,
    count: () => all,
    failed: ({ reason }: Exclude<SendOutcome, { kind: 'accepted' }>): void => {
      // The answer to the last try may come after the last word.
      if (!failing && !isOver) log.error('Splunk takes no log lines', { reason });
      failing = true;
    },
    dropped: (lines: number): void => {
      all += lines;
      if (!dropping) log.error('log lines for Splunk are dropped; here they are all');
      dropping = true;
    },
    recovered: (): void => {
      if (failing) log.info('Splunk takes log lines again');
      failing = false;
      sayDropped();
    },
    closed: (): void => {
      sayDropped();
      isOver = true;
    },
  };
};
