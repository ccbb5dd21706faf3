import type { Language } from '../shared/language.ts';
import type { Refused, SignedOut, Unanswered } from '../shared/outcome.ts';
import { formatSpan } from '../shared/time.ts';
import type { Messages } from './en.ts';
import { readable, wordOf } from './words.ts';

const dictionaries: Partial<Record<Language, Messages>> = {};

const loaders: Readonly<Record<Language, () => Promise<Messages>>> = {
  vi: async () => (await import('./vi.ts')).vi,
  en: async () => (await import('./en.ts')).en,
};

/** A page reads in one language, so it loads the words of that one alone. Nothing below works before. */
export const loadMessages = async (language: Language): Promise<void> => {
  dictionaries[language] ??= await loaders[language]();
};

export const messagesOf = (language: Language): Messages => {
  const messages = dictionaries[language];
  if (messages === undefined) throw new Error(`The words of the language ${language} were not loaded.`);
  return messages;
};

/** Two sentences, and the number that the shop finds the request by. */
type Explanation = { readonly title: string; readonly text: string; readonly requestId: string };

/** What a call without success says to the customer. A code that is newer than this page gets words that fit all. */
export const explain = (failure: Refused | SignedOut | Unanswered, language: Language): Explanation => {
  const { problems, otherProblem, limits, state } = messagesOf(language);
  if (!('problem' in failure))
    return {
      title: failure.kind === 'lost' ? state.lost : state.offline,
      text: state.lostText,
      requestId: failure.requestId,
    };
  const { problem } = failure;
  const { title, text } = wordOf(problems, problem.code) ?? otherProblem;
  const wait = formatSpan(problem.retryAfterMs ?? 60_000, language);
  const limit =
    problem.code === 'rate_limited' ? (wordOf(limits, problem.limit ?? '') ?? limits.other) : null;
  return { title, text: limit === null ? text : limit(wait), requestId: problem.instance };
};

/** The reason of a decline. */
export const declineText = (code: string, language: Language): string => {
  const { declines } = messagesOf(language);
  return wordOf(declines, code) ?? declines.card_declined;
};

/** A row of an order's history. A step that is newer than this page is named as the shop names it. */
export const historyText = (state: string, language: Language): string => {
  const { historyStates, otherState } = messagesOf(language);
  return wordOf(historyStates, state) ?? otherState(readable(state));
};
