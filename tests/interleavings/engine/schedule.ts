import type postgres from 'postgres';
import type { Cut, ServerError, Session } from './session.ts';

/** A statement that was released: which session, and its text. */
export type Step = { readonly session: number; readonly text: string };

export type Run<T> = {
  /** In the order of their release. */
  readonly steps: readonly Step[];
  /** For each step, the sessions that could have been released in its place. */
  readonly others: readonly (readonly number[])[];
  /** One for each session. */
  readonly results: readonly (T | Error)[];
  /** What the server refused, such as a deadlock that the adapter would have retried. */
  readonly errors: readonly ServerError[];
  /** All sessions waited for one another. */
  readonly isStuck: boolean;
};

/** Tells when a session may have changed. */
export const createSignal = () => {
  let wake: () => void = () => {};
  return {
    fire: () => wake(),
    /** Resolves at the next `fire`, or after `ms`. */
    wait: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
};
export type Signal = ReturnType<typeof createSignal>;

/** A statement takes less than this, unless it waits for a lock or the machine is busy. */
const quickMs = 2;

type Around = {
  readonly observer: postgres.Sql;
  readonly signal: Signal;
  /** Where the connection of the first session is lost. */
  readonly cut?: Cut | null;
};

/**
 * Runs the tasks, each in its session, one statement at a time. `choose` gets the sessions whose statement is held, and
 * returns the one to release. All other sessions are then held, have ended, or wait for a lock.
 */
export const runSchedule = async <T>(
  sessions: readonly Session[],
  tasks: readonly (() => Promise<T>)[],
  choose: (ready: readonly number[], position: number) => number,
  { observer, signal, cut = null }: Around,
): Promise<Run<T>> => {
  const used = sessions.slice(0, tasks.length);
  const pending = Promise.all(
    tasks.map(
      (task, index) =>
        sessions[index]?.start(task, index === 0 ? cut : null) ?? Promise.reject(new Error('no session')),
    ),
  );
  const steps: Step[] = [];
  const others: (readonly number[])[] = [];
  let isStuck = false;
  const blocked = new Set<Session>();
  for (;;) {
    await settle(used, blocked, observer, signal);
    const ready = used.flatMap((session, index) => (session.next() === null ? [] : [index]));
    if (ready.length > 0) {
      const chosen = choose(ready, steps.length);
      steps.push({ session: chosen, text: used[chosen]?.next() ?? '' });
      others.push(ready.filter((index) => index !== chosen));
      used[chosen]?.release();
    } else if (used.every((session) => session.hasEnded())) break;
    else {
      // Each waits for a lock of another. The server ends one of them soon.
      isStuck = true;
      await signal.wait(20);
    }
  }
  const results = await pending;
  return { steps, others, results, errors: used.flatMap((session) => session.errors()), isStuck };
};

/**
 * Waits until each session is held, has ended, or waits for a lock of another session. `blocked` are those that waited
 * for one before the last step.
 */
const settle = async (
  sessions: readonly Session[],
  blocked: Set<Session>,
  observer: postgres.Sql,
  signal: Signal,
): Promise<void> => {
  for (;;) {
    const open = sessions.filter((session) => !session.hasEnded() && session.next() === null);
    if (open.length === 0) return;
    if (!open.every((session) => blocked.has(session) && session.isAtServer())) await signal.wait(quickMs);
    const atServer = sessions.filter((session) => session.isAtServer());
    const isThinking = sessions.some(
      (session) => !session.hasEnded() && session.next() === null && !session.isAtServer(),
    );
    if (isThinking || atServer.length === 0) continue;
    const pids = atServer.map((session) => session.pid());
    const rows = await observer<{ pid: number }[]>`
      select pid from unnest(${pids}::int[]) as p(pid) where cardinality(pg_blocking_pids(pid)) > 0`;
    const waiting = new Set(rows.map(({ pid }) => pid));
    blocked.clear();
    for (const session of atServer) if (waiting.has(session.pid())) blocked.add(session);
    if (atServer.every((session) => blocked.has(session) && session.isAtServer())) return;
  }
};
