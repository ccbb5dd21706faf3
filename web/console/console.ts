import { createAccountOf } from '../frame/account.ts';
import { createSite, useSite } from '../frame/site.ts';
import type { Language } from '../shared/language.ts';
import type { PageSettings } from '../shared/pageSettings.ts';
import type { Permission } from '../shared/permissions.ts';
import {
  consoleWordsOf,
  explainToOperator,
  loadConsoleProblems,
  loadConsoleWords,
} from '../words/consoleMessages.ts';
import { homePath, signInPagePath, signInPath } from './addresses.ts';
import { createConsoleLive } from './live.ts';

type PageLoader = {
  /** Loads the script and the words of the page of a path. The pages know the console, so it cannot know them. */
  readonly loadPage: (path: string, language: Language) => Promise<unknown>;
};

export type Console = ReturnType<typeof createConsole>;

/** All that the pages of the console share. */
export const createConsole = (settings: PageSettings, { loadPage }: PageLoader) => {
  const site = createSite({
    settings,
    createAccount: (ports) =>
      createAccountOf(ports, {
        // Nothing of one person is shown to another.
        onChange: (): void => live.forget(),
        onLoaded: (): void => undefined,
      }),
    wordsOf: consoleWordsOf,
    loadWords: loadConsoleProblems,
    loadLanguage: (next) => Promise.all([loadConsoleWords(next), loadPage(location.pathname, next)]),
    explain: explainToOperator,
    signInPage: signInPagePath,
    signInPath,
    home: homePath,
    roles: ['operator'],
  });
  const { account, cells, pause } = site;
  /** What the signed-in person may do. The server has the last word. */
  const can = (permission: Permission): boolean =>
    account.session.value?.permissions.includes(permission) === true;
  const live = createConsoleLive({ call: account.call, cell: cells.create, pause, nowMs: Date.now, can });
  return { ...site, call: account.call, can, live };
};

/** The console around a part of the page. A document of the console is drawn inside no other site. */
export const useConsole = (): Console => useSite() as Console;
