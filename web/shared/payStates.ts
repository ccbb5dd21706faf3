import type { ProblemCode } from '../../api/render/problem.ts';
import type { Outcome, Problem, Refused, Unanswered } from './outcome.ts';
import { pollPauseMs } from './pause.ts';
import type { CheckoutResponse, CheckoutStatus, Order, PaymentAction } from './types.ts';

/**
 * The states of one payment, and what each answer makes of it. All of it is pure; `pay.ts` runs it.
 *
 * The rule: an attempt to pay has one key from its first request to its final answer. The browser keeps the attempt, so
 * a reload, a crash, a sign-out or a second window goes on with the same key, and the shop charges once.
 */

export type Attempt = {
  /** The `Idempotency-Key`. */
  readonly key: string;
  /** Sorted, so that the same choice is always the same request. */
  readonly orderIds: readonly string[];
  readonly method: string;
  /** Null until an answer has named it. */
  readonly checkoutId: string | null;
  /** When the customer last asked for it. */
  readonly startedAtMs: number;
  /** When the newest request was sent that has had no answer. It may still arrive. Null if all had one. */
  readonly unansweredAtMs: number | null;
  /** How often it was sent, by all windows. */
  readonly sends: number;
};

/** A checkout as an answer shows it. */
export type ShownCheckout = Omit<CheckoutResponse, 'status'> & { readonly status: CheckoutStatus };

/** Why there is no answer yet. */
export type Trouble = Unanswered | Refused;

/** A request to pay is on its way, or waits for that of another window. `isNew`: it is not kept yet, and not sent. */
export type Asking = {
  readonly phase: 'asking';
  readonly attempt: Attempt;
  readonly isNew: boolean;
  /** How many requests had no answer so far. */
  readonly tries: number;
};

/** The same request is sent again after `pauseMs`. `canStop`: the shop said that nothing was charged. */
export type Retrying = {
  readonly phase: 'retrying';
  readonly attempt: Attempt;
  readonly tries: number;
  readonly trouble: Trouble;
  readonly pauseMs: number;
  readonly canStop: boolean;
};

/**
 * The attempt is old, and nobody knows whether it was ever sent. Nobody is charged for a click of long ago without being
 * asked again. `isUntouched`: its orders are not being paid and not paid. Null until that is known.
 */
type Stale = {
  readonly phase: 'stale';
  readonly attempt: Attempt;
  readonly isUntouched: boolean | null;
};

/** The checkout stands, and its outcome is not known yet. The attempt is null if another browser made the checkout. */
export type Following = {
  readonly phase: 'confirming' | 'action';
  readonly attempt: Attempt | null;
  readonly checkoutId: string;
  readonly checkout: ShownCheckout | null;
  /** What the customer must do, in the phase `action`. */
  readonly action: PaymentAction | null;
  readonly looks: number;
  readonly pauseMs: number;
  readonly trouble: Trouble | null;
};

/** Nothing is lost: after sign-in by the same customer, `resume` goes on. */
type Held = {
  readonly phase: 'signed_out' | 'forbidden';
  readonly attempt: Attempt | null;
  readonly checkoutId: string | null;
};

/** A final answer. The attempt is no longer kept, and its orders can be paid with a new key if they are pending. */
export type Ended = { readonly attempt: Attempt | null } & (
  | { readonly phase: 'paid' | 'cancelled'; readonly checkout: ShownCheckout }
  | { readonly phase: 'declined'; readonly checkoutId: string | null; readonly declineCode: string }
  /** Nothing was claimed or charged. */
  | { readonly phase: 'refused'; readonly problem: Problem }
  /** The customer gave up an attempt that had charged nothing. */
  | { readonly phase: 'stopped' }
  /** Another window had the final answer. The orders say what it was. */
  | { readonly phase: 'elsewhere' }
);

export type PayState = { readonly phase: 'idle' } | Asking | Retrying | Stale | Following | Held | Ended;

const endedPhases: readonly string[] = ['paid', 'declined', 'cancelled', 'refused', 'stopped', 'elsewhere'];

export const isEnded = (state: PayState): state is Ended => endedPhases.includes(state.phase);

/** After this time without a checkout, a kept attempt is not sent without asking: the shop also gives up by then. */
const staleAfterMs = 15 * 60_000;

export const isStale = ({ startedAtMs }: Attempt, nowMs: number): boolean =>
  nowMs - startedAtMs > staleAfterMs;

/** A request without an answer can still arrive for this long: our own time limit, and that of the shop. */
const arrivalLimitMs = 60_000;

/** For how long an earlier request of the attempt may still arrive. */
const arrivalLeftMs = ({ unansweredAtMs }: Attempt, nowMs: number): number =>
  unansweredAtMs === null ? 0 : Math.max(0, unansweredAtMs + arrivalLimitMs - nowMs);

const retryPauseMaxMs = 30_000;

/** Longer after each try, and never shorter than the shop asks for. */
const retryPauseMs = (tries: number, retryAfterMs: number | null): number =>
  Math.max(retryAfterMs ?? 0, Math.min(retryPauseMaxMs, 1_000 * 2 ** Math.min(tries, 10)));

/** The state of an attempt that is taken up again. */
export const reopened = (attempt: Attempt): PayState =>
  attempt.checkoutId === null
    ? { phase: 'asking', attempt, isNew: false, tries: 0 }
    : followed(attempt, attempt.checkoutId);

export const followed = (attempt: Attempt | null, checkoutId: string, pauseMs = 0): Following => ({
  phase: 'confirming',
  attempt,
  checkoutId,
  checkout: null,
  action: null,
  looks: 0,
  pauseMs,
  trouble: null,
});

export const retried = (
  { attempt, tries }: Pick<Asking, 'attempt' | 'tries'>,
  trouble: Trouble,
  nowMs: number,
): Retrying => ({
  phase: 'retrying',
  attempt,
  tries: tries + 1,
  trouble,
  pauseMs: retryPauseMs(
    tries,
    trouble.kind === 'problem' ? trouble.problem.retryAfterMs : trouble.retryAfterMs,
  ),
  canStop:
    trouble.kind === 'problem' &&
    isCode(trouble.problem, 'payment_unavailable') &&
    arrivalLeftMs(attempt, nowMs) === 0,
});

const isCode = ({ code }: Problem, known: ProblemCode): boolean => code === known;

/** After the answer to `POST /checkouts`. */
export const afterPost = (asking: Asking, outcome: Outcome<CheckoutResponse>, nowMs: number): PayState => {
  const { attempt } = asking;
  switch (outcome.kind) {
    case 'ok':
      return shownAs({ ...attempt, checkoutId: outcome.value.checkoutId }, outcome.value, null);
    case 'signed_out':
      return { phase: 'signed_out', attempt, checkoutId: attempt.checkoutId };
    case 'problem':
      return afterRefusal(asking, outcome.problem, nowMs);
    case 'aborted':
      return retried(asking, { kind: 'lost', requestId: '', retryAfterMs: null }, nowMs);
    default:
      return retried(asking, outcome, nowMs);
  }
};

const afterRefusal = (asking: Asking, problem: Problem, nowMs: number): PayState => {
  const { attempt } = asking;
  const checkoutId = problem.checkoutId ?? attempt.checkoutId;
  if (isCode(problem, 'payment_declined'))
    return { phase: 'declined', attempt, checkoutId, declineCode: problem.declineCode ?? 'card_declined' };
  if (isCode(problem, 'checkout_in_progress') && checkoutId !== null)
    return followed({ ...attempt, checkoutId }, checkoutId, problem.retryAfterMs ?? pollPauseMs(0));
  if (isCode(problem, 'forbidden')) return { phase: 'forbidden', attempt, checkoutId };
  const again = retried(asking, { kind: 'problem', problem }, nowMs);
  if (!isFinalRefusal(problem)) return again;
  // An earlier request with this key may still arrive, and be accepted. The key tells when it no longer can.
  const leftMs = arrivalLeftMs(attempt, nowMs);
  return leftMs === 0
    ? { phase: 'refused', attempt, problem }
    : { ...again, pauseMs: Math.min(leftMs, doubtPauseMs) };
};

const doubtPauseMs = 5_000;

const finalConflicts: readonly string[] = [
  'order_in_progress',
  'order_not_payable',
  'out_of_stock',
] satisfies readonly ProblemCode[];

/**
 * True if the refusal says that nothing stands under the key. A fault of the server says no such thing, and neither
 * does a conflict with a word that is newer than this page.
 */
const isFinalRefusal = ({ status, code }: Problem): boolean =>
  status === 409 ? finalConflicts.includes(code) : status < 500 && status !== 408;

/** After the answer to `GET` or `DELETE /checkouts/{id}`. */
export const afterLook = (following: Following, outcome: Outcome<ShownCheckout>, nowMs: number): PayState => {
  const { attempt, checkoutId, looks } = following;
  if (outcome.kind === 'ok') return shownAs(attempt, outcome.value, following);
  if (outcome.kind === 'signed_out') return { phase: 'signed_out', attempt, checkoutId };
  if (outcome.kind === 'aborted') return following;
  if (outcome.kind !== 'problem')
    return { ...following, looks: looks + 1, pauseMs: pollPauseMs(looks + 1), trouble: outcome };
  const { problem } = outcome;
  if (isCode(problem, 'forbidden')) return { phase: 'forbidden', attempt, checkoutId };
  if (isCode(problem, 'not_found'))
    // The key still tells, if we have it.
    return attempt === null
      ? { phase: 'refused', attempt, problem }
      : { ...retried({ attempt, tries: looks }, outcome, nowMs), canStop: false };
  const pauseMs = Math.max(pollPauseMs(looks + 1), problem.retryAfterMs ?? 0);
  return { ...following, looks: looks + 1, pauseMs, trouble: { kind: 'problem', problem } };
};

const shownAs = (attempt: Attempt | null, checkout: ShownCheckout, before: Following | null): PayState => {
  const { checkoutId, status, payment } = checkout;
  switch (status) {
    case 'succeeded':
    case 'cancelled':
      return { phase: status === 'succeeded' ? 'paid' : 'cancelled', attempt, checkout };
    case 'declined':
      return { phase: 'declined', attempt, checkoutId, declineCode: payment.declineCode ?? 'card_declined' };
    default: {
      // A word that is newer than this page is not final either.
      const looks = before?.checkout?.status === status ? before.looks + 1 : 0;
      const action = status === 'requires_action' ? (checkout.action ?? null) : null;
      const phase = status === 'requires_action' ? 'action' : 'confirming';
      const pauseMs = pollPauseMs(looks);
      return { phase, attempt, checkoutId, checkout, action, looks, pauseMs, trouble: null };
    }
  }
};

/**
 * After a look at an order of a stale attempt. All its orders were claimed together, so one tells of all. It tells
 * nothing of a request that may still arrive.
 */
export const afterExamination = (
  attempt: Attempt,
  outcome: Outcome<Pick<Order, 'status' | 'checkoutId'>>,
  nowMs: number,
): PayState => {
  if (outcome.kind === 'signed_out') return { phase: 'signed_out', attempt, checkoutId: null };
  if (outcome.kind !== 'ok') return { phase: 'stale', attempt, isUntouched: null };
  const { status, checkoutId } = outcome.value;
  const isUnclaimed = status === 'pending' || status === 'cancelled';
  if (!isUnclaimed && checkoutId !== null) return followed({ ...attempt, checkoutId }, checkoutId);
  const isUntouched = isUnclaimed && arrivalLeftMs(attempt, nowMs) === 0 ? true : null;
  return { phase: 'stale', attempt, isUntouched };
};
