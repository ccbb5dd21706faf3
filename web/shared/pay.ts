import { overlaps } from './overlaps.ts';
import type { PayPorts } from './payPorts.ts';
import { createPayRunner } from './payRunner.ts';
import { followed, isEnded, reopened } from './payStates.ts';

export type Pay = ReturnType<typeof createPay>;

const nothingToDo = Promise.resolve();

/** The pay machine of one window and one customer. It shows one payment at a time; `keep` has all of them. */
export const createPay = (ports: PayPorts) => {
  const { keep, newKey, nowMs } = ports;
  const runner = createPayRunner(ports);
  const { requests, run, runAfter, state, subscribe, lookNow } = runner;

  const isFree = (): boolean => {
    const now = state();
    return now.phase === 'idle' || isEnded(now);
  };

  return {
    state,
    subscribe,
    /** Looks at once: the customer came back from the bank, or another window has news. */
    lookNow,

    /** False while any of these orders has an attempt without a final answer, in whichever window. */
    canPay: (orderIds: readonly string[]): boolean =>
      orderIds.length > 0 && isFree() && !keep.list().some((attempt) => overlaps(attempt, orderIds)),

    /**
     * Pays. The state changes before this returns, so a second click in the same moment finds it changed and does
     * nothing. If one of the orders has an attempt already, that attempt goes on instead.
     */
    start: (orderIds: readonly string[], method: string): Promise<void> => {
      if (!isFree() || orderIds.length === 0) return nothingToDo;
      const attempt = {
        key: newKey(),
        orderIds: [...new Set(orderIds)].sort(),
        method,
        checkoutId: null,
        startedAtMs: nowMs(),
        unansweredAtMs: null,
        sends: 0,
      };
      return run({ phase: 'asking', attempt, isNew: true, tries: 0 });
    },

    /**
     * Goes on after a reload, a crash or a sign-in: with the attempt of `checkoutId`, or with the oldest one. A checkout
     * of another browser is only followed. Does nothing if there is nothing to go on with.
     */
    resume: (checkoutId: string | null = null): Promise<void> => {
      const now = state();
      const held = now.phase === 'signed_out' || now.phase === 'forbidden' ? now : null;
      if (!isFree() && held === null) return nothingToDo;
      const wanted = checkoutId ?? held?.checkoutId ?? null;
      const kept = keep.list();
      const attempt =
        kept.find(({ key }) => key === held?.attempt?.key) ??
        kept.find((each) => wanted === null || each.checkoutId === wanted);
      if (attempt !== undefined) return run(reopened(attempt));
      if (wanted !== null) return run(followed(null, wanted));
      return held === null ? nothingToDo : run({ phase: 'elsewhere', attempt: held.attempt });
    },

    /** Sends a stale attempt after all, with its own key. */
    goOn: (): Promise<void> => {
      const now = state();
      if (now.phase !== 'stale') return nothingToDo;
      const attempt = { ...now.attempt, startedAtMs: nowMs() };
      return run({ phase: 'asking', attempt, isNew: false, tries: 0 });
    },

    /** Gives up an attempt that has charged nothing: see `canStop` and `isUntouched`. */
    stop: (): Promise<void> => {
      const now = state();
      const mayStop =
        (now.phase === 'retrying' && now.canStop) || (now.phase === 'stale' && now.isUntouched === true);
      if (!mayStop) return nothingToDo;
      const { attempt } = now;
      return runAfter({ phase: 'asking', attempt, isNew: false, tries: 0 }, () => requests.stop(attempt));
    },

    /** Calls off a payment that waits for its customer. */
    giveUp: (): Promise<void> => {
      const now = state();
      if (now.phase !== 'action') return nothingToDo;
      const following = { ...now, phase: 'confirming', action: null } as const;
      return runAfter(following, () => requests.giveUp(following));
    },

    /** Shows nothing any more. What is kept stays kept. */
    close: (): Promise<void> => run({ phase: 'idle' }),
  };
};
