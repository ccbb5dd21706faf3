import type { Outcome } from './outcome.ts';
import { overlaps } from './overlaps.ts';
import { pollPauseMs } from './pause.ts';
import type { PayPorts } from './payPorts.ts';
import {
  type Asking,
  type Attempt,
  afterExamination,
  afterLook,
  afterPost,
  type Following,
  isEnded,
  type PayState,
  reopened,
  retried,
} from './payStates.ts';

const hasAnswer = ({ kind }: Outcome<unknown>): boolean =>
  kind === 'ok' || kind === 'problem' || kind === 'signed_out';

/** What other windows have done meanwhile decides whether to ask. */
const prepare = (asking: Asking, kept: readonly Attempt[]): PayState => {
  const { attempt, isNew } = asking;
  if (isNew) {
    const other = kept.find((each) => overlaps(each, attempt.orderIds));
    return other === undefined ? { ...asking, isNew: false } : reopened(other);
  }
  const own = kept.find(({ key }) => key === attempt.key);
  if (own === undefined) return { phase: 'elsewhere', attempt };
  if (own.checkoutId !== null && attempt.checkoutId === null) return reopened(own);
  return { ...asking, attempt: { ...own, startedAtMs: attempt.startedAtMs } };
};

export type PayRequests = ReturnType<typeof createPayRequests>;

/** The requests of the pay machine. Each returns the state after its answer, and has kept or dropped the attempt. */
export const createPayRequests = ({ customerId, ask, keep, alone, nowMs, sessionMark }: PayPorts) => {
  const keptOf = (key: string) => keep.list().find((attempt) => attempt.key === key);

  /** What another window has dropped stays dropped: it had the final answer. */
  const remember = (next: PayState): PayState => {
    if (next.phase === 'idle' || next.attempt === null) return next;
    const { attempt } = next;
    const kept = keptOf(attempt.key);
    // Without locks, another window may have sent it meanwhile. Then what we heard is not the last word. The pause of
    // a retry lets the other window hear its answer.
    const isOvertaken = kept !== undefined && kept.sends !== attempt.sends;
    if (isOvertaken && next.phase === 'stopped') return reopened(kept);
    if (isOvertaken && next.phase === 'refused')
      return retried({ attempt: kept, tries: 0 }, { kind: 'problem', problem: next.problem }, nowMs());
    if (isEnded(next)) keep.drop(attempt.key);
    else if (isOvertaken) keep.save({ ...kept, checkoutId: kept.checkoutId ?? attempt.checkoutId });
    else if (kept !== undefined) keep.save(attempt);
    return next;
  };

  /**
   * A refusal counts only if it was this customer who was refused. Somebody else may have signed in in another window;
   * to them our orders do not exist, and that says nothing about our payment. `mark` is from before the request: who
   * signed in and out since then is nobody to rely on.
   */
  const ifStillOurs = async (
    next: PayState,
    attempt: Attempt | null,
    mark: string,
    otherwise: () => PayState,
  ): Promise<PayState> => {
    const session = await ask.session();
    if (session.kind !== 'ok') return otherwise();
    if (session.value?.customerId !== customerId)
      return { phase: 'signed_out', attempt, checkoutId: attempt?.checkoutId ?? null };
    return mark === sessionMark() ? next : otherwise();
  };

  return {
    /** The attempt is kept before it is sent, and until a final answer. Null if the page wants it no longer. */
    post: (asking: Asking, isWanted: () => boolean): Promise<PayState | null> =>
      alone(async () => {
        if (!isWanted()) return null;
        const ready = prepare(asking, keep.list());
        if (ready.phase !== 'asking') return ready;
        const mark = sessionMark();
        const attempt = { ...ready.attempt, sends: ready.attempt.sends + 1 };
        keep.save({ ...attempt, unansweredAtMs: nowMs() });
        const outcome = await ask.checkOut(attempt);
        const asked = {
          ...ready,
          attempt: hasAnswer(outcome) ? attempt : { ...attempt, unansweredAtMs: nowMs() },
        };
        const next = afterPost(asked, outcome, nowMs());
        if (next.phase !== 'refused') return remember(next);
        const trouble = { kind: 'problem', problem: next.problem } as const;
        return remember(await ifStillOurs(next, attempt, mark, () => retried(asked, trouble, nowMs())));
      }),

    look: async (following: Following): Promise<PayState> => {
      const mark = sessionMark();
      const next = afterLook(following, await ask.checkout(following.checkoutId), nowMs());
      const isDoubtful = next.phase === 'refused' || next.phase === 'retrying';
      if (!isDoubtful) return remember(next);
      const looks = following.looks + 1;
      const again = { ...following, looks, pauseMs: pollPauseMs(looks) };
      return remember(await ifStillOurs(next, following.attempt, mark, () => again));
    },

    examine: async ({ attempt }: Asking): Promise<PayState> => {
      // As it is kept before the question: what another window sends later changes `sends`.
      const kept = keptOf(attempt.key);
      if (kept === undefined) return { phase: 'elsewhere', attempt };
      const startedAtMs = nowMs();
      return remember(afterExamination(kept, await ask.order(kept.orderIds[0] ?? ''), startedAtMs));
    },

    giveUp: async (following: Following): Promise<PayState> =>
      remember(afterLook(following, await ask.giveUp(following.checkoutId), nowMs())),

    /** Ends an attempt that has charged nothing, unless another window has gone on with it. */
    stop: (attempt: Attempt): Promise<PayState> =>
      alone(async () => {
        if (keptOf(attempt.key) === undefined) return { phase: 'elsewhere', attempt };
        return remember({ phase: 'stopped', attempt });
      }),
  };
};
