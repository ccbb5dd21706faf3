import { parseAmount } from '../../shared/amount.ts';
import type { Language } from '../../shared/language.ts';
import type { Money } from '../../shared/types.ts';
import type { RefundBody } from './ordersApi.ts';

/** `auto`: goods that have not left the shop go back into stock. */
export type Restock = 'auto' | 'yes' | 'no';

/** What is in the form. `part` counts only with `isWhole` false. */
export type RefundForm = {
  readonly isWhole: boolean;
  readonly part: string;
  readonly reason: string;
  readonly restock: Restock;
};

export const emptyRefundForm: RefundForm = { isWhole: true, part: '', reason: '', restock: 'auto' };

export type RefundFormProblems = {
  readonly part?: 'not_an_amount' | 'zero' | 'too_large';
  readonly reason?: 'missing' | 'too_long';
};

export type JudgedForm = {
  /** What the refund would be. Null where it is no amount. */
  readonly amount: Money | null;
  readonly problems: RefundFormProblems;
  /** Null while something is wrong. */
  readonly body: RefundBody | null;
};

/** The API's own limit. */
const reasonMax = 500;

/** What the form says, and what is wrong with it. */
export const judgeRefundForm = (
  { isWhole, part, reason, restock }: RefundForm,
  orderId: string,
  left: Money,
  language: Language,
): JudgedForm => {
  const typed = parseAmount(part, left.currency, language);
  const amount = isWhole ? left : typed;
  const partProblem = isWhole ? undefined : partProblemOf(typed, left);
  const text = reason.trim();
  const reasonProblem = text === '' ? 'missing' : text.length > reasonMax ? 'too_long' : undefined;
  const problems: RefundFormProblems = {
    ...(partProblem === undefined ? {} : { part: partProblem }),
    ...(reasonProblem === undefined ? {} : { reason: reasonProblem }),
  };
  const isRight = partProblem === undefined && reasonProblem === undefined;
  const body =
    isRight && amount !== null
      ? {
          orderId,
          // All that is left is left to the API, which knows of what happened meanwhile.
          ...(isWhole ? {} : { amount: amount.amount }),
          reason: text,
          ...(restock === 'auto' ? {} : { restock: restock === 'yes' }),
        }
      : null;
  return { amount, problems, body };
};

const partProblemOf = (typed: Money | null, left: Money): RefundFormProblems['part'] => {
  if (typed === null) return 'not_an_amount';
  if (typed.amount === 0) return 'zero';
  return typed.amount > left.amount ? 'too_large' : undefined;
};
