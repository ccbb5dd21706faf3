import type { Outcome, Refused, SignedOut } from './outcome.ts';
import type { Pause } from './pause.ts';
import type { Store } from './store.ts';

/** A command as it was first sent. The same key and body again is the same command, however often it is sent. */
export type KeptCommand<Body> = { readonly key: string; readonly body: Body; readonly startedAtMs: number };

/**
 * Where a command is.
 * - `asking`: it was sent, and no final answer has come. `unanswered` counts the times that it got none.
 * - `old`: it was kept on an earlier visit, too long ago to be sent without asking the person.
 * - `signed_out`: it goes on when the person has signed in again.
 */
export type CommandState<Body, Value> =
  | { readonly kind: 'idle' }
  | { readonly kind: 'asking'; readonly command: KeptCommand<Body>; readonly unanswered: number }
  | { readonly kind: 'old'; readonly command: KeptCommand<Body> }
  | { readonly kind: 'signed_out'; readonly command: KeptCommand<Body>; readonly failure: SignedOut }
  | { readonly kind: 'done'; readonly command: KeptCommand<Body>; readonly value: Value }
  | { readonly kind: 'refused'; readonly command: KeptCommand<Body>; readonly failure: Refused };

type CommandPorts<Body, Value> = {
  readonly store: Store;
  /** Of the entry in the store: one command at a time for one subject and person, over all windows. */
  readonly name: string;
  readonly send: (command: KeptCommand<Body>) => Promise<Outcome<Value>>;
  readonly pause: Pause;
  readonly newId: () => string;
  readonly nowMs: () => number;
  readonly show: (state: CommandState<Body, Value>) => void;
};

/** Somebody who comes back later than this may not expect that the page sends it. */
const resumedForMs = 10 * 60_000;

const firstPauseMs = 2_000;
const lastPauseMs = 30_000;

/** These say nothing about the command: it may have been done, or may be done next time. */
const isFinal = ({ problem: { status } }: Refused): boolean =>
  status < 500 && status !== 408 && status !== 425 && status !== 429;

/**
 * A command that must be done once, such as a refund: it is kept before it is sent, and sent under the same key until
 * there is a final answer, over a reload, a crash and the end of a session.
 */
export const createKeptCommand = <Body, Value>(ports: CommandPorts<Body, Value>) => {
  const { store, name, send, pause, newId, nowMs, show } = ports;
  const stopped = new AbortController();
  let isRunning = false;

  const run = async (command: KeptCommand<Body>): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      show({ kind: 'asking', command, unanswered: 0 });
      for (let sends = 1; !stopped.signal.aborted; sends++) {
        const outcome = await send(command);
        if (outcome.kind === 'ok') return end({ kind: 'done', command, value: outcome.value });
        if (outcome.kind === 'problem' && isFinal(outcome))
          return end({ kind: 'refused', command, failure: outcome });
        if (outcome.kind === 'signed_out') return show({ kind: 'signed_out', command, failure: outcome });
        show({ kind: 'asking', command, unanswered: sends });
        const afterMs =
          outcome.kind === 'problem'
            ? outcome.problem.retryAfterMs
            : outcome.kind === 'aborted'
              ? null
              : outcome.retryAfterMs;
        await pause(afterMs ?? Math.min(lastPauseMs, firstPauseMs * 2 ** (sends - 1)), stopped.signal);
      }
    } finally {
      isRunning = false;
    }
  };

  const end = (state: CommandState<Body, Value>): void => {
    store.remove(name);
    show(state);
  };

  const resume = (command: KeptCommand<Body>): Promise<void> => {
    if (isRunning) return Promise.resolve();
    if (nowMs() - command.startedAtMs <= resumedForMs) return run(command);
    show({ kind: 'old', command });
    return Promise.resolve();
  };

  return {
    /**
     * Keeps the command and sends it. A second press does nothing, and neither does one in another window while a
     * command waits for its answer: that one goes on instead, and an old one is asked about first.
     */
    start: (body: Body): Promise<void> => {
      const kept = parseCommand<Body>(store.get(name));
      if (kept !== null) return resume(kept);
      if (isRunning) return Promise.resolve();
      const command = { key: newId(), body, startedAtMs: nowMs() };
      store.set(name, JSON.stringify(command));
      return run(command);
    },

    /** At the start of the page, and after a new sign-in. */
    resume: (): Promise<void> => {
      const command = parseCommand<Body>(store.get(name));
      return command === null ? Promise.resolve() : resume(command);
    },

    /** The person wants an old command to be sent after all. */
    sendAgain: (): Promise<void> => {
      const command = parseCommand<Body>(store.get(name));
      return command === null ? Promise.resolve() : run(command);
    },

    /** The person does not want it any more. It may have been done: its page says what was. */
    forget: (): void => {
      if (!isRunning) end({ kind: 'idle' });
    },

    /** The page is left. What was kept goes on at the next visit. */
    stop: (): void => stopped.abort(),
  };
};

/** Null for what no version of this page has written. */
const parseCommand = <Body>(text: string | null): KeptCommand<Body> | null => {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    const isCommand =
      typeof value === 'object' &&
      value !== null &&
      typeof Reflect.get(value, 'key') === 'string' &&
      typeof Reflect.get(value, 'startedAtMs') === 'number' &&
      typeof Reflect.get(value, 'body') === 'object';
    return isCommand ? (value as KeptCommand<Body>) : null;
  } catch {
    return null;
  }
};
