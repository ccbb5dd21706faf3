import type { Language } from '../shared/language.ts';
import type { Refused, SignedOut, Unanswered } from '../shared/outcome.ts';
import { formatSpan } from '../shared/time.ts';
import type { Messages, MoreMessages } from './en.ts';
import type { FirstMessages } from './enFirst.ts';
import { readable, wordOf } from './words.ts';

const first: Partial<Record<Language, FirstMessages>> = {};
const more: Partial<Record<Language, MoreMessages>> = {};

/** A page reads in one language, and the first page needs few of its words. */
const loaders: Readonly<
  Record<
    Language,
    { readonly first: () => Promise<FirstMessages>; readonly more: () => Promise<MoreMessages> }
  >
> = {
  vi: {
    first: async () => (await import('./viFirst.ts')).viFirst,
    more: async () => (await import('./vi.ts')).vi,
  },
  en: {
    first: async () => (await import('./enFirst.ts')).enFirst,
    more: async () => (await import('./en.ts')).en,
  },
};

/** The words of the page that finds products, and of what is around each page. */
export const loadFirstMessages = async (language: Language): Promise<void> => {
  first[language] ??= await loaders[language].first();
};

/** All words of a language. Where something fails they are loaded before it is said. */
export const loadMessages = async (language: Language): Promise<void> => {
  await Promise.all([
    loadFirstMessages(language),
    (async () => {
      more[language] ??= await loaders[language].more();
    })(),
  ]);
};

export const hasAllMessages = (language: Language): boolean => more[language] !== undefined;

/** In place of words that did not come, such as after the connection was lost: those of the first page explain it. */
const noMore = {
  cartPage: {},
  orderPage: {},
  signIn: {},
  pay: { signedOut: {}, forbidden: {} },
  problems: {},
  limits: {},
  declines: {},
  orderStatuses: {},
  checkoutStatuses: {},
  historyStates: {},
};

export const messagesOf = (language: Language): Messages => {
  const messages = first[language];
  if (messages === undefined) throw new Error(`The words of the language ${language} were not loaded.`);
  const known = joined.get(language);
  if (known?.more === more[language] && known !== undefined) return known.messages;
  const others = more[language] ?? noMore;
  const { quantityOf, less, more: oneMore, quantityProblem } = messages.catalogue;
  const cartPage = { ...others.cartPage, quantityOf, less, more: oneMore, quantityProblem };
  const whole = { ...messages, ...others, cartPage } as Messages;
  joined.set(language, { more: more[language], messages: whole });
  return whole;
};

const joined = new Map<Language, { readonly more: MoreMessages | undefined; readonly messages: Messages }>();

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
    problem.code === 'rate_limited' ? (wordOf(limits, problem.limit ?? '') ?? limits.other ?? null) : null;
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
