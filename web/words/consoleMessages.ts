import type { Language } from '../shared/language.ts';
import type { Refused, SignedOut, Unanswered } from '../shared/outcome.ts';
import type { ConsoleWords } from './consoleEn.ts';
import type { consoleEnProblems } from './consoleEnProblems.ts';
import { wordOf } from './words.ts';

type ProblemWords = typeof consoleEnProblems;

const words: Partial<Record<Language, ConsoleWords>> = {};
const problems: Partial<Record<Language, ProblemWords>> = {};

type Loaders = {
  readonly words: () => Promise<ConsoleWords>;
  readonly problems: () => Promise<ProblemWords>;
};

/** A page reads in one language, and needs the words of a problem only when there is one. */
const loaders: Readonly<Record<Language, Loaders>> = {
  vi: {
    words: async () => (await import('./consoleVi.ts')).consoleVi,
    problems: async () => (await import('./consoleViProblems.ts')).consoleViProblems,
  },
  en: {
    words: async () => (await import('./consoleEn.ts')).consoleEn,
    problems: async () => (await import('./consoleEnProblems.ts')).consoleEnProblems,
  },
};

export const loadConsoleWords = async (language: Language): Promise<void> => {
  words[language] ??= await loaders[language].words();
};

export const loadConsoleProblems = async (language: Language): Promise<void> => {
  problems[language] ??= await loaders[language].problems();
};

export const consoleWordsOf = (language: Language): ConsoleWords => {
  const loaded = words[language];
  if (loaded === undefined) throw new Error(`The words of the language ${language} were not loaded.`);
  return loaded;
};

/** What a call without success says to an operator. A missing permission and a wrong value are named. */
export const explainToOperator = (failure: Refused | SignedOut | Unanswered, language: Language) => {
  const { access, otherProblem, state } = consoleWordsOf(language);
  if (!('problem' in failure))
    return {
      title: failure.kind === 'lost' ? state.lost : state.offline,
      text: failure.kind === 'lost' ? state.lostText : state.offlineCommand,
      requestId: failure.requestId,
    };
  const { code, errors = [], instance, missing = [] } = failure.problem;
  const { title, text } = wordOf(problems[language] ?? {}, code) ?? otherProblem;
  const details = [
    ...(code === 'forbidden' ? missing.map(access.needs) : []),
    ...errors.map(({ path, message }) => `${path}: ${message}`),
  ];
  return { title, text: [text, ...details].join(' '), requestId: instance };
};
