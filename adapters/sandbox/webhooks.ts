import { startSleep } from '../../core/timer.ts';
import type { Random } from '../../core/world.ts';
import type { Engine } from './engine.ts';
import { eventObject, eventOfRecord, recordOfEvent } from './event.ts';
import type { SandboxRecord } from './records.ts';
import { decide } from './refunds.ts';
import { signed } from './signature.ts';

export type WebhookOptions = {
  readonly engine: Engine;
  /** Where they go, such as `http://localhost:3000/webhooks/stripe`. */
  readonly url: string;
  readonly secret: string;
  /** `fetch`, or the API itself. */
  readonly deliver: (request: Request) => Promise<Response>;
  /** How often it looks for what is due. */
  readonly pollMs?: number;
  /** The share of events, from 0 to 1, that are sent twice. */
  readonly duplicates?: number;
  /** Events that are due at once go in any order. */
  readonly shuffle?: boolean;
};

const batchMax = 100;

/** Until an event that was not heard is sent again, by how often it was; the last one goes on for ever. */
const againAfterMs = [1_000, 2_000, 5_000, 15_000, 60_000, 300_000] as const;

/** So long may one delivery take. */
const answerWithinMs = 10_000;

/**
 * Tells what the simulator has to tell, each event again and again until it is answered with 2xx, and decides
 * refunds whose time has come. Several processes may do so over one book. Answers how to stop it: what is on
 * its way then is waited for.
 */
export const startWebhooks = (options: WebhookOptions): (() => Promise<void>) => {
  const { engine, pollMs = 500 } = options;
  let isStopped = false;
  let endSleep = () => {};
  const run = async (): Promise<void> => {
    while (!isStopped) {
      const told = await sendDueEvents(options);
      if (told === batchMax) continue;
      if (isStopped) return;
      // In the background, for nothing is lost with the process: what is due stays due.
      const sleep = startSleep(engine.world.timer, pollMs, { background: true });
      endSleep = sleep.end;
      await sleep.over;
    }
  };
  const running = run();
  return () => {
    isStopped = true;
    endSleep();
    return running;
  };
};

/** One round: everything that is due now. Answers how much that was. */
export const sendDueEvents = async (options: WebhookOptions): Promise<number> => {
  const { engine, shuffle = false } = options;
  const due = await engine.book.due({ nowMs: engine.world.clock.nowMs(), limit: batchMax });
  if (due.isErr()) return 0;
  const records = shuffle ? shuffled(due.value, engine.world.random) : due.value;
  for (const record of records.filter(({ id }) => id.startsWith('re_'))) await decide(engine, record);
  await Promise.all(records.filter(({ id }) => id.startsWith('evt_')).map((record) => tell(options, record)));
  return records.length;
};

/**
 * Taken up first and sent then: of several processes one sends it now, and whoever takes it up later finds it
 * due again only where it was not heard.
 */
const tell = async (options: WebhookOptions, record: SandboxRecord): Promise<void> => {
  const { book, world } = options.engine;
  const event = eventOfRecord(record);
  const sent = { ...event, sent: event.sent + 1 };
  const afterMs = againAfterMs[Math.min(event.sent, againAfterMs.length - 1)] ?? 0;
  const taken = recordOfEvent(sent, record.version + 1, world.clock.nowMs() + answerWithinMs + afterMs);
  const isMine = await book.change({ records: [taken], also: [] });
  if (isMine.isErr() || !isMine.value) return;

  const twice = world.random.unit() < (options.duplicates ?? 0);
  const heard = await Promise.all([send(options, sent), ...(twice ? [send(options, sent)] : [])]);
  const dueAtMs = heard.every((each) => each) ? null : world.clock.nowMs() + afterMs;
  await book.change({ records: [recordOfEvent(sent, taken.version + 1, dueAtMs)], also: [] });
};

const send = async (
  { engine, url, secret, deliver }: WebhookOptions,
  event: Parameters<typeof eventObject>[0],
): Promise<boolean> => {
  const body = JSON.stringify(eventObject(event));
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'stripe-signature': signed(secret, body, engine.world.clock.nowMs()),
  };
  const expiry = new AbortController();
  const { signal } = expiry;
  const cancelExpiry = engine.world.timer.after(answerWithinMs, () => expiry.abort(), { background: true });
  try {
    const response = await deliver(new Request(url, { method: 'POST', body, headers, signal }));
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
