import type { Language } from '../shared/language.ts';
import type { Problem } from '../shared/outcome.ts';
import { type Attempt, isEnded, type PayState, type Trouble } from '../shared/payStates.ts';
import { formatSpan, formatTime } from '../shared/time.ts';
import type { Messages } from './en.ts';
import { declineText, explain, messagesOf } from './messages.ts';
import { wordOf } from './words.ts';

/**
 * How a payment looks:
 * - `asking`: the bank is being asked, and one can wait.
 * - `yours`: the customer has to do something.
 * - `paid`: it is done.
 * - `stopped`: it did not work, and nothing was charged.
 * - `settled`: nothing is to be done, though it went another way than expected.
 */
type PayLook = 'asking' | 'yours' | 'paid' | 'stopped' | 'settled';

export type PayAction =
  | 'confirm'
  | 'give_up'
  | 'try_now'
  | 'stop'
  | 'go_on'
  | 'leave'
  | 'another_method'
  | 'change_cart'
  | 'sign_in'
  | 'see_orders'
  | 'keep_shopping';

type PayDescription = {
  readonly look: PayLook;
  readonly title: string;
  /** What it means, one sentence or two each. */
  readonly lines: readonly string[];
  /** What the customer can do, the most likely first. */
  readonly actions: readonly PayAction[];
  /** What the shop finds the request by. Null where nothing went wrong. */
  readonly requestId: string | null;
};

export type PayContext = {
  readonly language: Language;
  /** The product of an order, by the order's id. */
  readonly nameOf: (orderId: string) => string | null;
  readonly timeZone?: string;
};

/** What the payment page says in each state, and what one can do there. Null where there is no payment. */
export const describePay = (state: PayState, context: PayContext): PayDescription | null => {
  const { pay } = messagesOf(context.language);
  if (state.phase === 'idle') return null;
  if (isEnded(state)) return describeEnd(state, context);
  const plain = { requestId: null } as const;
  switch (state.phase) {
    case 'asking':
      return { ...plain, look: 'asking', title: pay.asking.title, lines: [pay.asking.text], actions: [] };
    case 'retrying':
      return describeRetry(state, context);
    case 'stale':
      return {
        ...plain,
        look: 'yours',
        title: pay.stale.title,
        lines: [pay.stale.text(timeOf(state.attempt, context))],
        actions: state.isUntouched === true ? ['go_on', 'leave'] : ['go_on'],
      };
    case 'confirming':
      // Nobody has said yet that the bank does not answer.
      if (state.checkout === null || state.checkout.status === 'processing')
        return {
          look: 'asking',
          title: pay.asking.title,
          lines: [pay.asking.text],
          actions: [],
          requestId: requestIdOf(state.trouble),
        };
      return {
        look: 'asking',
        title: pay.confirming.title,
        lines: [pay.confirming.text, pay.confirming.close],
        actions: ['see_orders'],
        requestId: requestIdOf(state.trouble),
      };
    case 'action':
      return {
        look: 'yours',
        title: pay.action.title,
        lines: [pay.action.text, ...(state.looks > 0 ? [pay.action.closed] : [])],
        actions: ['confirm', 'give_up'],
        requestId: requestIdOf(state.trouble),
      };
    case 'signed_out':
    case 'forbidden': {
      const { title, text } = state.phase === 'signed_out' ? pay.signedOut : pay.forbidden;
      return { ...plain, look: 'yours', title, lines: [text], actions: ['sign_in'] };
    }
  }
};

/** With its date: it may be kept for days. */
const timeOf = ({ startedAtMs }: Attempt, { language, timeZone }: PayContext): string =>
  formatTime(startedAtMs, language, timeZone);

const requestIdOf = (trouble: Trouble | null): string | null => {
  if (trouble === null) return null;
  return trouble.kind === 'problem' ? trouble.problem.instance : trouble.requestId;
};

const describeRetry = (
  { trouble, tries, pauseMs, canStop }: Extract<PayState, { phase: 'retrying' }>,
  { language }: PayContext,
): PayDescription => {
  const { pay, state } = messagesOf(language);
  const { retrying } = pay;
  const reasons = {
    payment_unavailable: retrying.nothingCharged,
    internal: retrying.ours,
    offline: `${state.offline}.`,
  };
  const reason = wordOf(reasons, trouble.kind === 'problem' ? trouble.problem.code : trouble.kind);
  return {
    look: 'asking',
    title: retrying.title,
    lines: [
      ...(reason === undefined ? [] : [reason]),
      retrying.text,
      `${retrying.tries(tries)} ${retrying.next(formatSpan(pauseMs, language))}`,
    ],
    actions: canStop ? ['try_now', 'stop'] : ['try_now'],
    requestId: requestIdOf(trouble),
  };
};

const describeEnd = (
  state: Extract<
    PayState,
    { phase: 'paid' | 'declined' | 'cancelled' | 'refused' | 'stopped' | 'elsewhere' }
  >,
  context: PayContext,
): PayDescription => {
  const { pay } = messagesOf(context.language);
  const plain = { requestId: null } as const;
  switch (state.phase) {
    case 'paid':
      return {
        ...plain,
        look: 'paid',
        title: pay.paid.title,
        lines: [pay.paid.text],
        actions: ['see_orders', 'keep_shopping'],
      };
    case 'declined':
      return {
        ...plain,
        look: 'stopped',
        title: pay.declined.title,
        lines: [declineText(state.declineCode, context.language), pay.declined.text],
        actions: ['another_method', 'change_cart'],
      };
    case 'elsewhere':
      return {
        ...plain,
        look: 'settled',
        title: pay.elsewhere.title,
        lines: [pay.elsewhere.text],
        actions: ['see_orders'],
      };
    case 'refused':
      return describeRefusal(state.problem, state.attempt === null, context);
    default: {
      const { title, text } = pay[state.phase];
      return { ...plain, look: 'stopped', title, lines: [text], actions: ['another_method', 'change_cart'] };
    }
  }
};

const describeRefusal = (problem: Problem, isMissing: boolean, context: PayContext): PayDescription => {
  const { pay } = messagesOf(context.language);
  const { title, text, requestId } = explain({ kind: 'problem', problem }, context.language);
  const nameOf = (id: string | undefined) =>
    (id === undefined ? null : context.nameOf(id)) ?? pay.conflict.unknownOrder;
  const base = { look: 'stopped', title, actions: ['change_cart'], requestId } as const;
  switch (problem.code) {
    case 'order_not_payable':
      return describeNotPayable(problem, nameOf, context);
    case 'order_in_progress':
      return {
        ...base,
        look: 'settled',
        lines: (problem.orderIds ?? []).map((id) => pay.conflict.inProgress(nameOf(id))),
        actions: ['see_orders'],
      };
    case 'out_of_stock': {
      const lines = (problem.products ?? []).map(({ orderIds, left }) =>
        pay.stock.left(nameOf(orderIds[0]), left),
      );
      return { ...base, lines: [...lines, text] };
    }
    case 'not_found':
      return isMissing
        ? { ...base, title: pay.missing.title, lines: [pay.missing.text], actions: ['see_orders'] }
        : { ...base, lines: [text] };
    default:
      return { ...base, lines: [text] };
  }
};

/** Calm where it is paid, because then all is well. */
const describeNotPayable = (
  { orders = [], instance }: Problem,
  nameOf: (id: string) => string,
  { language }: PayContext,
): PayDescription => {
  const words: Messages = messagesOf(language);
  const { conflict } = words.pay;
  const isPaid = (status: string) => status === 'paid' || status === 'completed' || status === 'failed';
  const arePaid = orders.length > 0 && orders.every(({ status }) => isPaid(status));
  const lines = orders.map(({ orderId, status }) => {
    if (isPaid(status)) return conflict.paid(nameOf(orderId));
    return status === 'cancelled'
      ? conflict.cancelled(nameOf(orderId))
      : conflict.other(nameOf(orderId), words.orderStatuses[status]);
  });
  return {
    look: arePaid ? 'settled' : 'stopped',
    title: arePaid ? conflict.paidTitle : words.problems.order_not_payable.title,
    lines,
    actions: arePaid ? ['see_orders'] : ['change_cart', 'see_orders'],
    requestId: arePaid ? null : instance,
  };
};

/** The label of an action. `confirm` opens the bank's question; the page has its own for the card and the total. */
export const payActionLabel = (action: PayAction, language: Language): string => {
  const { pay, frame } = messagesOf(language);
  const labels: Readonly<Record<PayAction, string>> = {
    confirm: pay.action.confirm,
    give_up: pay.action.giveUp,
    try_now: pay.retrying.now,
    stop: pay.retrying.stop,
    go_on: pay.stale.goOn,
    leave: pay.stale.leave,
    another_method: pay.anotherMethod,
    change_cart: pay.backToCart,
    sign_in: frame.signIn,
    see_orders: pay.seeOrders,
    keep_shopping: pay.keepShopping,
  };
  return labels[action];
};
