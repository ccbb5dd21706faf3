import { readable, wordOf } from '../../words/words.ts';
import type { MoneyCase } from './moneyApi.ts';

/** What an operator does with a case. */
export type CaseCommand = 'acknowledge' | 'give_back' | 'assign';

/** Which cases of a page one sees. The API lists open and acknowledged ones together. */
export const caseViews = ['open', 'acknowledged', 'all'] as const;
export type CaseView = (typeof caseViews)[number];

export const caseViewOf = (text: string | undefined): CaseView =>
  caseViews.find((view) => view === text) ?? 'open';

export const casesIn = (view: CaseView, cases: readonly MoneyCase[]): readonly MoneyCase[] =>
  cases.filter(
    ({ acknowledgement }) => view === 'all' || (view === 'acknowledged') === (acknowledgement !== null),
  );

/**
 * What became of a case since an operator began to deal with it.
 * - `gone`: the check does not have it any more.
 * - `acknowledged`: somebody has acknowledged it, or has replaced the note that this operator has read.
 */
export type CaseNews =
  | { readonly kind: 'same' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'acknowledged'; readonly by: NonNullable<MoneyCase['acknowledgement']> };

/** `now` is null if the check does not have the case any more. */
export const newsOf = (before: MoneyCase, now: MoneyCase | null): CaseNews => {
  if (now === null) return { kind: 'gone' };
  const { acknowledgement } = now;
  const isKnown =
    acknowledgement === null ||
    (acknowledgement.at === before.acknowledgement?.at &&
      acknowledgement.note === before.acknowledgement.note);
  return isKnown ? { kind: 'same' } : { kind: 'acknowledged', by: acknowledgement };
};

/** The kind of a difference between the ledgers: the first word of the case's detail. */
const differenceOf = (check: string, { detail }: Pick<MoneyCase, 'detail'>): string | null =>
  check === 'ledger_differences' ? (/^[a-z_]+/.exec(detail ?? '')?.[0] ?? null) : null;

/** A second charge of a payment paid for no order: the first one did. */
const chargesWithoutOrder: ReadonlySet<string> = new Set([
  'charge_unknown',
  'charge_unbooked',
  'charged_twice',
]);

/** The commands that can settle a case of this check. Each case can be acknowledged. */
export const commandsOf = (
  check: string,
  moneyCase: MoneyCase,
): { readonly canGiveBack: boolean; readonly canAssign: boolean } => {
  const difference = differenceOf(check, moneyCase);
  return {
    canGiveBack: difference !== null && chargesWithoutOrder.has(difference),
    canAssign: check === 'refunds_unassigned' && moneyCase.refundId !== null,
  };
};

type DetailWords = {
  readonly differences: Readonly<Record<string, string>>;
  readonly otherDifference: (name: string) => string;
  readonly disputeReasons: Readonly<Record<string, string>>;
  readonly openPayments: Readonly<Record<string, string>>;
};

/** What a case says for people: its first word, where that is a name of the API, in words, and what follows it. */
export const caseDetail = (
  check: string,
  { detail }: Pick<MoneyCase, 'detail'>,
  { differences, otherDifference, disputeReasons, openPayments }: DetailWords,
): string | null => {
  if (detail === null) return null;
  const names = wordOf(
    { ledger_differences: differences, disputes_open: disputeReasons, unknown: openPayments },
    check,
  );
  const name = /^[a-z_]+/.exec(detail)?.[0];
  if (names === undefined || name === undefined) return detail;
  const other = check === 'ledger_differences' ? otherDifference : readable;
  return (wordOf(names, name) ?? other(name)) + detail.slice(name.length);
};

type CheckWords = { readonly name: string; readonly text: string; readonly next: string };

/** A check that is newer than this page has its own name. */
export const checkWordsOf = (
  check: string,
  words: {
    readonly checks: Readonly<Record<string, CheckWords>>;
    readonly otherCheck: (name: string) => CheckWords;
  },
): CheckWords => wordOf(words.checks, check) ?? words.otherCheck(readable(check));

/** The API's own limit for a note and a reason. */
const textMax = 500;

export type TextProblem = 'missing' | 'too_long';

export const textProblemOf = (text: string): TextProblem | null => {
  const trimmed = text.trim();
  if (trimmed === '') return 'missing';
  return trimmed.length > textMax ? 'too_long' : null;
};
