import type postgres from 'postgres';
import { type Access, createAccessTracker, isPlainChange, joinAccess, type Option } from './access.ts';
import type { Choose, Taken } from './explore.ts';
import type { Footprints, Tables } from './footprint.ts';
import type { Cut, ServerError, Session } from './session.ts';

/** A statement that was released. */
export type Step = Taken & { readonly text: string };

export type Run<T> = {
  /** In the order of their release. */
  readonly steps: readonly Step[];
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

/** A statement takes less than this, unless it waits for a lock or the machine is busy. Then it is asked about less often. */
const quickMs = 2;
const slowMs = 16;

type Around = {
  readonly observer: postgres.Sql;
  readonly signal: Signal;
  readonly footprints: Footprints;
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
  choose: Choose,
  { observer, signal, footprints, cut = null }: Around,
): Promise<Run<T>> => {
  const used = sessions.slice(0, tasks.length);
  const pending = Promise.all(
    tasks.map(
      (task, index) =>
        sessions[index]?.start(task, index === 0 ? cut : null) ?? Promise.reject(new Error('no session')),
    ),
  );
  const steps: Step[] = [];
  let isStuck = false;
  const blocked = new Set<Session>();
  const moves = createMoves(used, blocked, footprints);
  await settle(used, blocked, observer, signal);
  for (;;) {
    const ready = moves.options();
    if (ready.length > 0) {
      const session = choose(ready, steps.length, steps.at(-1) ?? null);
      const finish = moves.release(session);
      await settle(used, blocked, observer, signal, moves.canWake());
      steps.push(finish());
    } else if (used.every((session) => session.hasEnded())) break;
    else {
      // Each waits for a lock of another. The server ends one of them soon.
      isStuck = true;
      await signal.wait(20);
      await settle(used, blocked, observer, signal);
    }
  }
  const results = await pending;
  return { steps, results, errors: used.flatMap((session) => session.errors()), isStuck };
};

const withWrites = ({ reads, publishes }: Access, writes: Tables): Access => ({
  ...{ reads, writes, publishes: publishes & writes },
});

/** Knows what each session would do, and what each step has done. */
const createMoves = (
  used: readonly Session[],
  blocked: ReadonlySet<Session>,
  { footprintOf, writesWithoutRows }: Footprints,
) => {
  const trackers = used.map(() => createAccessTracker(footprintOf));
  /** What those that wait for a lock will have done when they get it. */
  const begun = new Map<Session, Access>();
  let last: { readonly access: Access; readonly errors: number } | null = null;
  const countErrors = () => used.reduce((sum, session) => sum + session.errors().length, 0);

  const withWaiting = (access: Access): Access =>
    access.publishes === 0n
      ? access
      : [...blocked].reduce((all, session) => joinAccess(all, begun.get(session) ?? all), access);
  const hasFailed = (): boolean => last !== null && countErrors() > last.errors;

  return {
    options: (): readonly Option[] =>
      used.flatMap((session, index) => {
        const text = session.next();
        const access = text === null ? undefined : trackers[index]?.accessOf(text, session.inTransaction());
        return access === undefined ? [] : [{ session: index, access: withWaiting(access) }];
      }),
    /** Whether the last step may have given locks back. */
    canWake: () => (): boolean => last === null || last.access.publishes !== 0n || hasFailed(),
    /** Releases the statement. The returned function says what it has done, when all have come to rest. */
    release: (index: number): (() => Step) => {
      const session = used[index];
      const tracker = trackers[index];
      const text = session?.next() ?? '';
      if (session === undefined || tracker === undefined) throw new Error(`there is no session ${index}`);
      const own = tracker.accessOf(text, session.inTransaction());
      const access = withWaiting(own);
      const waited = [...blocked];
      const written = trackers.reduce((all, each) => all | each.written(), own.writes);
      begun.set(session, own);
      last = { access, errors: countErrors() };
      session.release();
      return () => {
        const isIdle = !hasFailed() && !blocked.has(session) && isPlainChange(text) && session.rows() === 0;
        // It has locked no row either.
        const idle = withWrites(own, writesWithoutRows(own.writes));
        tracker.follow(isIdle ? idle : own);
        // A statement that fails gives the locks of its transaction back.
        const done = hasFailed() ? joinAccess(access, { ...own, publishes: written }) : access;
        const woken = waited.filter((each) => !blocked.has(each)).map((each) => used.indexOf(each));
        return { session: index, text, access: isIdle ? idle : done, woken };
      };
    },
  };
};

/**
 * Waits until each session is held, has ended, or waits for a lock of another session. `blocked` are those that waited
 * for one before the last step. Without `canWake` they still do.
 */
const settle = async (
  sessions: readonly Session[],
  blocked: Set<Session>,
  observer: postgres.Sql,
  signal: Signal,
  canWake: () => boolean = () => true,
): Promise<void> => {
  let waitMs = quickMs;
  for (;;) {
    const open = sessions.filter((session) => !session.hasEnded() && session.next() === null);
    if (open.length === 0) return blocked.clear();
    const isWaiting = open.every((session) => blocked.has(session) && session.isAtServer());
    if (isWaiting && !canWake()) return;
    if (!isWaiting) await signal.wait(waitMs);
    const atServer = sessions.filter((session) => session.isAtServer());
    const isThinking = sessions.some(
      (session) => !session.hasEnded() && session.next() === null && !session.isAtServer(),
    );
    if (isThinking || atServer.length === 0) continue;
    const pids = atServer.map((session) => session.pid());
    const rows = await observer<{ pid: number }[]>`
      select pid from unnest(${pids}::int[]) as p(pid) where cardinality(pg_blocking_pids(pid)) > 0`;
    const waiting = new Set(rows.map(({ pid }) => pid));
    waitMs = Math.min(2 * waitMs, slowMs);
    blocked.clear();
    for (const session of atServer) if (waiting.has(session.pid())) blocked.add(session);
    if (atServer.every((session) => blocked.has(session) && session.isAtServer())) return;
  }
};
