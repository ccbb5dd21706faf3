import { err, ok, type Result } from 'neverthrow';
import type { CountedLog } from '../../core/countedLog.ts';
import type { Ledger } from '../../core/ledger.ts';
import type { OperatorQueue } from '../../core/operatorQueue.ts';
import type { Unavailable } from '../../core/result.ts';
import { type Deadline, type Sleep, startSleep, type Timer } from '../../core/timer.ts';
import type { Clock } from '../../core/world.ts';
import type { RequestFailure } from '../http/failures.ts';
import { renderMoneyHealth } from '../render/moneyHealth.ts';
import { renderQueue } from '../render/queue.ts';

type LiveFailure = Unavailable | Extract<RequestFailure, { readonly kind: 'too_many_streams' | 'not_ready' }>;

type Viewer = {
  readonly seesMoney: boolean;
  /** False once the token has ended. */
  mayStay(): Promise<boolean>;
};

/** The streams of `GET /live` of one process. */
export type LiveFeed = {
  /** Resolves when the first event is in the stream. Rejects if the state could not be read by a fault of ours. */
  open(viewer: Viewer): Promise<Result<ReadableStream<Uint8Array>, LiveFailure>>;
  /** Ends all streams and takes no more: a server that stops would wait for them. */
  end(): void;
  /** How many are open. */
  streams(): number;
};

type Ports = {
  readonly queue: Pick<OperatorQueue, 'stats'>;
  readonly ledger: Pick<Ledger, 'counts'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly countedLog: Pick<CountedLog, 'error'>;
};

export const liveRules = {
  streamsMax: 100,
  /** Between two events of a stream. */
  everyMs: 1_000,
  /** The checks of the money read much more than the queue's counts. */
  moneyEveryMs: 10_000,
  /** The pause after a read is at least this many times as long as the read: a slow database is not asked more. */
  pauseShare: 4,
  /** Proxies cut silent streams, many after 60 s. Ours does after the `idleTimeout` of the server. */
  beatMs: 15_000,
  /** A client that has taken nothing for so many beats is gone. */
  missedBeatsMax: 4,
} as const;

/** One state, for those who see money and for those who do not. `key` changes when the state does. */
type View = { readonly key: string; readonly text: string };
type Seen = { readonly plain: View; readonly withMoney: View | null };

type Stream = {
  readonly viewer: Viewer;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Called with the first event, or with why there is none. */
  readonly opened: (result: Result<void, LiveFailure>) => void;
  /** Called instead by a fault of ours. */
  readonly broken: (cause: unknown) => void;
  sentKey: string | null;
  quiet: Deadline | null;
  missedBeats: number;
  stopBeat: () => void;
};

const encoder = new TextEncoder();

/** Ages grow by themselves, so they are no change. `at` says from when on. */
const dropAges = (name: string, value: unknown) => (/^oldest(Ready)?AgeMs$/.test(name) ? undefined : value);

const viewOf = (nowMs: number, state: object): View => ({
  key: JSON.stringify(state, dropAges),
  text: `id: ${nowMs}\ndata: ${JSON.stringify({ at: new Date(nowMs).toISOString(), ...state })}\n\n`,
});

/** Reads the state for all streams together, and only while there is one. */
const createReader = ({ queue, ledger, clock, timer }: Ports) => {
  let money: { readonly value: object; readonly fresh: Deadline } | null = null;
  return {
    forget: () => {
      money = null;
    },
    read: async (wantsMoney: boolean): Promise<Result<Seen, Unavailable>> => {
      const nowMs = clock.nowMs();
      const stats = await queue.stats(nowMs);
      if (stats.isErr()) return err(stats.error);
      if (wantsMoney && (money === null || money.fresh.remainingMs() <= 0)) {
        const counts = await ledger.counts(nowMs);
        if (counts.isErr()) return err(counts.error);
        const fresh = timer.deadline(liveRules.moneyEveryMs);
        money = { value: renderMoneyHealth(counts.value, nowMs), fresh };
      }
      const state = { queue: renderQueue(stats.value) };
      return ok({
        plain: viewOf(nowMs, state),
        withMoney: wantsMoney && money !== null ? viewOf(nowMs, { ...state, money: money.value }) : null,
      });
    },
  };
};

/** The open streams. Each has a comment from time to time, and ends once. */
const createStreams = (timer: Timer, whenEmpty: () => void) => {
  const streams = new Set<Stream>();

  /** False if it was over already. */
  const remove = (stream: Stream): boolean => {
    if (!streams.delete(stream)) return false;
    stream.stopBeat();
    if (streams.size === 0) whenEmpty();
    return true;
  };
  const close = (stream: Stream, failure: LiveFailure): void => {
    if (!remove(stream)) return;
    stream.controller.close();
    stream.opened(err(failure));
  };
  const startBeat = (stream: Stream): void => {
    stream.stopBeat = timer.after(liveRules.beatMs, () => beat(stream), { background: true });
  };
  const beat = (stream: Stream): void => {
    const { controller } = stream;
    const takes = (controller.desiredSize ?? 0) > 0;
    stream.missedBeats = takes ? 0 : stream.missedBeats + 1;
    if (takes) controller.enqueue(encoder.encode(':\n\n'));
    if (stream.missedBeats >= liveRules.missedBeatsMax) close(stream, { kind: 'too_many_streams' });
    else startBeat(stream);
  };

  return {
    all: streams,
    close,
    /** Throws nothing: `opened` and `broken` say what becomes of it. */
    add: (ends: Pick<Stream, 'viewer' | 'opened' | 'broken'>): ReadableStream<Uint8Array> => {
      let added: Stream | null = null;
      return new ReadableStream<Uint8Array>({
        start: (controller) => {
          added = { ...ends, controller, sentKey: null, quiet: null, missedBeats: 0, stopBeat: () => {} };
          streams.add(added);
          startBeat(added);
        },
        // Not the abort of the request: Deno aborts it for answers that were sent as well.
        cancel: () => {
          if (added !== null) remove(added);
        },
      });
    },
  };
};

/** Timers ring a moment early. */
const slackMs = 5;

export const createLiveFeed = (ports: Ports, streamsMax: number = liveRules.streamsMax): LiveFeed => {
  const { timer } = ports;
  const reader = createReader(ports);
  let [runs, again, isEnded] = [false, false, false];
  let pause: Sleep | null = null;
  const streams = createStreams(timer, () => pause?.end());
  const { all, close } = streams;

  const send = async (stream: Stream, seen: Seen): Promise<void> => {
    const view = stream.viewer.seesMoney ? seen.withMoney : seen.plain;
    if (!(await stream.viewer.mayStay())) return close(stream, { kind: 'not_ready', missing: ['token'] });
    const { controller, sentKey, quiet } = stream;
    if (view === null || view.key === sentKey || !all.has(stream)) return;
    // Who takes nothing gets the newest state later, so nothing piles up.
    if ((quiet?.remainingMs() ?? 0) > slackMs || (controller.desiredSize ?? 0) <= 0) return;
    controller.enqueue(encoder.encode(view.text));
    stream.sentKey = view.key;
    stream.quiet = timer.deadline(liveRules.everyMs);
    stream.opened(ok());
  };

  const turn = async (): Promise<void> => {
    again = false;
    const readers = [...all];
    const seen = await reader.read(readers.some(({ viewer }) => viewer.seesMoney));
    if (seen.isOk()) await Promise.all(readers.map((stream) => send(stream, seen.value)));
    // A stream that says nothing would look like a shop where nothing changes.
    else for (const stream of readers) close(stream, seen.error);
  };
  /** A fault of ours ends all streams. Those who connect again start another turn. */
  const breakAll = (cause: unknown): void => {
    ports.countedLog.error('the live streams ended by an error', { cause });
    for (const stream of [...all]) {
      stream.broken(cause);
      close(stream, { kind: 'unavailable', reason: 'an error' });
    }
  };
  const run = async (): Promise<void> => {
    runs = true;
    while (all.size > 0) {
      const begun = timer.deadline(0);
      await turn().catch(breakAll);
      if (again || all.size === 0) continue;
      const tookMs = -begun.remainingMs();
      const pauseMs = Math.max(liveRules.everyMs, tookMs * liveRules.pauseShare);
      pause = startSleep(timer, pauseMs, { background: true });
      await pause.finished;
      pause = null;
    }
    runs = false;
    reader.forget();
  };

  return {
    open: async (viewer) => {
      if (isEnded) return err({ kind: 'not_ready', missing: ['stopping'] });
      if (all.size >= streamsMax) return err({ kind: 'too_many_streams' });
      const { promise, resolve, reject } = Promise.withResolvers<Result<void, LiveFailure>>();
      const body = streams.add({ viewer, opened: resolve, broken: reject });
      again = true;
      pause?.end();
      if (!runs) void run();
      return (await promise).map(() => body);
    },
    end: () => {
      isEnded = true;
      for (const stream of [...all]) close(stream, { kind: 'not_ready', missing: ['stopping'] });
    },
    streams: () => all.size,
  };
};
