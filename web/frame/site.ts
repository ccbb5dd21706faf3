import { createContext } from 'preact';
import { useContext, useLayoutEffect, useReducer } from 'preact/hooks';
import { browserCallPorts, createCall } from '../shared/call.ts';
import { createCells } from '../shared/cells.ts';
import { type Connection, createConnection } from '../shared/connection.ts';
import { createId } from '../shared/ids.ts';
import { chooseLanguage, chosenLanguage, type Language } from '../shared/language.ts';
import type { Outcome } from '../shared/outcome.ts';
import type { PageSettings } from '../shared/pageSettings.ts';
import { browserPageEvents, createPause } from '../shared/pause.ts';
import { createSignOut } from '../shared/session.ts';
import { longStore } from '../shared/store.ts';
import type { List } from '../shared/types.ts';
import type { Account, AccountPorts } from './account.ts';
import { createToast } from './toast.ts';

export type CallFailure = Exclude<Outcome<unknown>, { kind: 'ok' } | { kind: 'aborted' }>;

/** Two sentences, and the number that the shop finds the request by. */
export type Explanation = { readonly title: string; readonly text: string; readonly requestId: string };

/** The words that what is around a page needs. The shop and the console have each their own, and more. */
export type SiteWords = {
  readonly frame: {
    readonly signIn: string;
    readonly close: string;
    readonly copy: string;
    readonly copied: string;
    readonly select: string;
    readonly notFound: string;
    readonly notFoundText: string;
    readonly titleOf: (page: string, shop: string) => string;
  };
  readonly state: {
    readonly tryAgain: string;
    readonly requestId: string;
    readonly lost: string;
    readonly lostText: string;
    readonly notSecure: string;
  };
  readonly signIn: {
    readonly title: string;
    readonly signIn: string;
    readonly reason: string;
    readonly wrongState: string;
    readonly notSignedIn: string;
    readonly email: string;
    readonly demo: string;
    readonly problem: string;
    readonly provider: string;
    readonly none: string;
  };
};

export type SitePlan<Words extends SiteWords, SomeAccount extends Account> = {
  readonly settings: PageSettings;
  readonly createAccount: (ports: AccountPorts) => SomeAccount;
  readonly wordsOf: (language: Language) => Words;
  /** Loads the words that a failure needs. */
  readonly loadWords: (language: Language) => Promise<unknown>;
  /** Loads all that the page needs in the next language, before it is shown in it. */
  readonly loadLanguage: (next: Language, current: Language) => Promise<unknown>;
  readonly explain: (failure: CallFailure, language: Language) => Explanation;
  /** The page that signs in. A provider comes back to it. */
  readonly signInPage: string;
  readonly signInPath: (back: string) => string;
  /** Where sign-in leads without a page to come back to. */
  readonly home: string;
  /** The roles that sign-in asks for in demo mode. */
  readonly roles: readonly string[];
};

/** What the pages of one document share, in the shop and in the console. */
export const createSite = <Words extends SiteWords, SomeAccount extends Account>(
  plan: SitePlan<Words, SomeAccount>,
) => {
  const shared = longStore();
  const cells = createCells();
  const cell = cells.create;
  const language = cell<Language>(chosenLanguage(shared, navigator.languages));
  const connection = cell<Connection>({ isOffline: false, lastHeardMs: null });
  /** Counts what makes a page ask again: it comes back, or the connection does. */
  const refreshes = cell(0);

  const watched = createConnection({
    call: createCall(browserCallPorts(() => language.value)),
    window,
    nowMs: () => Date.now(),
    state: connection,
  });
  /** Words that do not come are as good as none: the page then says so in others. */
  const prepareWords = () => plan.loadWords(language.value).then(nothing, nothing);
  const toast = createToast(cell);
  /** The last answer to each question, for Back. */
  const lists = new Map<string, List<unknown>>();
  const account = plan.createAccount({ call: watched, shared, cell, lists, prepareWords });

  return {
    ...plan,
    shared,
    language,
    cells,
    /** The words of the page's language. */
    words: {
      get value() {
        return plan.wordsOf(language.value);
      },
    },
    /** What a call without success says to who made it. */
    explain: (failure: CallFailure): Explanation => plan.explain(failure, language.value),
    connection,
    account,
    refreshes,
    /** Between two looks at the same thing. */
    pause: createPause(browserPageEvents()),
    toast,
    signOut: createSignOut({ api: account.sessionApi, shared, newId: () => createId() }),
    lists,

    prepareWords,
    /** Stays with the old language where the words of the new one do not come. */
    choose: async (next: Language): Promise<void> => {
      try {
        await plan.loadLanguage(next, language.value);
      } catch {
        return toast.say(plan.wordsOf(language.value).state.lost);
      }
      language.value = next;
      chooseLanguage(shared, next);
    },
    refresh: async (): Promise<void> => {
      await account.load();
      if (!account.hasEnded.value) refreshes.value++;
    },
  };
};

const nothing = (): void => undefined;

export type Site = ReturnType<typeof createSite<SiteWords, Account>>;

const SiteContext = createContext<Site | null>(null);
export const SiteProvider = SiteContext.Provider;

/** What is around a part of the page. The part is drawn again whenever something of it changes. */
export const useSite = (): Site => {
  const site = useContext(SiteContext);
  if (site === null) throw new Error('There is no site here.');
  useSiteChanges(site);
  return site;
};

export const useSiteChanges = ({ cells }: Pick<Site, 'cells'>): void => {
  const [, draw] = useReducer<number, undefined>((drawn) => drawn + 1, 0);
  const seen = cells.version();
  useLayoutEffect(() => {
    // Something may have changed since it was drawn, and before it listened.
    if (cells.version() !== seen) draw(undefined);
    return cells.subscribe(() => draw(undefined));
  }, [cells]);
};
