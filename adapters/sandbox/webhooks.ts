import { startSleep } from '../../core/timer.ts';
import type { Random } from '../../core/world.ts';
import type { Engine } from './engine.ts';
import { eventObject, eventOfRecord, recordOfEvent, type SandboxEvent } from './event.ts';
import type { SandboxRecord } from './records.ts';
import { resolveRefund } from './refunds.ts';
import { signatureHeader } from './signature.ts';

export type WebhookOptions = {
  readonly engine: Engine;
  /** The receiver of the events, such as `http://localhost:3000/webhooks/stripe`. */
  readonly url: string;
  /** The secret that signs the events. */
  readonly secret: string;
  /** `fetch`, or a direct call of the API. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** How often to look for due records, in ms. */
  readonly pollMs?: number;
  /** The share of events, from 0 to 1, that are sent twice. */
  readonly duplicates?: number;
  /** True to send events that are due at the same time in random order. */
  readonly shuffle?: boolean;
};

const batchMax = 100;

/**
 * Delays before an event is sent again, by the number of attempts so far. The last delay repeats without end.
 */
const retryDelaysMs = [1_000, 2_000, 5_000, 15_000, 60_000, 300_000] as const;

/** The time limit of one request. */
const responseTimeoutMs = 10_000;

/**
 * Sends each event until the receiver answers with 2xx, and resolves refunds that are due. Several processes
 * can do this with one record store. Returns a function that stops it and waits for requests in flight.
 */
export const startWebhooks = (options: WebhookOptions): (() => Promise<void>) => {
  const { engine, pollMs = 500 } = options;
  let isStopped = false;
  let endSleep = () => {};
  const run = async (): Promise<void> => {
    while (!isStopped) {
      const handled = await sendDueEvents(options);
      if (handled === batchMax) continue;
      if (isStopped) return;
      // This timer need not keep the process alive: due records stay due and are handled after a restart.
      const sleep = startSleep(engine.world.timer, pollMs, { background: true });
      endSleep = sleep.end;
      await sleep.finished;
    }
  };
  const running = run();
  return () => {
    isStopped = true;
    endSleep();
    return running;
  };
};

/** Handles one batch of the records that are due now, and returns their number. */
export const sendDueEvents = async (options: WebhookOptions): Promise<number> => {
  const { engine, shuffle = false } = options;
  const due = await engine.records.due({ nowMs: engine.world.clock.nowMs(), limit: batchMax });
  if (due.isErr()) return 0;
  const records = shuffle ? shuffled(due.value, engine.world.random) : due.value;
  const ofKind = (prefix: string) => records.filter(({ id }) => id.startsWith(prefix));
  for (const record of ofKind('re_')) await resolveRefund(engine, record);
  await Promise.all(ofKind('evt_').map((record) => sendEvent(options, record)));
  return records.length;
};

/**
 * Claims the event before it sends it, so that only one of several processes sends it now. The claim moves
 * the due time: another process sends the event again only if this one ends before the receiver accepts it.
 */
const sendEvent = async (options: WebhookOptions, record: SandboxRecord): Promise<void> => {
  const { records, world } = options.engine;
  const stored = eventOfRecord(record);
  const event: SandboxEvent = { ...stored, attempts: stored.attempts + 1 };
  const delayMs = retryDelaysMs[Math.min(stored.attempts, retryDelaysMs.length - 1)] ?? 0;
  const claim = recordOfEvent(event, record.version + 1, world.clock.nowMs() + responseTimeoutMs + delayMs);
  const isClaimed = await records.change({ records: [claim], also: [] });
  if (isClaimed.isErr() || !isClaimed.value) return;

  const isDuplicated = world.random.unit() < (options.duplicates ?? 0);
  const accepted = await Promise.all([post(options, event), ...(isDuplicated ? [post(options, event)] : [])]);
  const dueAtMs = accepted.every((each) => each) ? null : world.clock.nowMs() + delayMs;
  await records.change({ records: [recordOfEvent(event, claim.version + 1, dueAtMs)], also: [] });
};

/** Returns true if the receiver answered with 2xx. */
const post = async (
  { engine, url, secret, fetch: send }: WebhookOptions,
  event: SandboxEvent,
): Promise<boolean> => {
  const body = JSON.stringify(eventObject(event));
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'stripe-signature': signatureHeader(secret, body, engine.world.clock.nowMs()),
  };
  const expiry = new AbortController();
  const { signal } = expiry;
  const cancelExpiry = engine.world.timer.after(responseTimeoutMs, () => expiry.abort(), {
    background: true,
  });
  try {
    const response = await send(new Request(url, { method: 'POST', body, headers, signal }));
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  } finally {
    cancelExpiry();
  }
};

const shuffled = <T>(items: readonly T[], random: Random): readonly T[] =>
  items
    .map((item) => ({ item, at: random.unit() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
