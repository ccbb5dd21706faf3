import type { ComponentChild, ComponentType } from 'preact';
import type { Language } from '../shared/language.ts';
import type { Permission } from '../shared/permissions.ts';
import type { ConsoleWords } from '../words/consoleEn.ts';
import type { Params } from './addresses.ts';

export type Area = keyof ConsoleWords['areas'];

/** What each page of the console gets: its own words in the page's language, and what is in its path. */
export type PageProps<Words> = { readonly words: Words; readonly params: Params };

type PagePlan<Words> = {
  /** `:name` is a part of the path that the page gets. */
  readonly path: string;
  readonly area: Area;
  /** Without it the page is not drawn and asks for nothing: what it lacks is said in its place. */
  readonly needs: Permission | null;
  /** Its word in the row of pages of its area. Pages that one reaches from another have none. */
  readonly tab?: keyof ConsoleWords['tabs'];
  readonly page: () => Promise<ComponentType<PageProps<Words>>>;
  readonly words: Readonly<Record<Language, () => Promise<Words>>>;
};

/** A page with a script and words of its own. */
export type Page = {
  readonly path: string;
  readonly area: Area;
  readonly needs: Permission | null;
  readonly tab: keyof ConsoleWords['tabs'] | null;
  /** Rejects if its script or its words do not come. */
  readonly load: (language: Language) => Promise<void>;
  /** Null until they are loaded. */
  readonly draw: (language: Language, params: Params) => ComponentChild | null;
};

export const createPage = <Words,>({ path, area, needs, tab, page, words }: PagePlan<Words>): Page => {
  let Loaded: ComponentType<PageProps<Words>> | null = null;
  const texts: Partial<Record<Language, Words>> = {};
  return {
    path,
    area,
    needs,
    tab: tab ?? null,
    load: async (language) => {
      [Loaded, texts[language]] = await Promise.all([Loaded ?? page(), texts[language] ?? words[language]()]);
    },
    draw: (language, params) => {
      const ofLanguage = texts[language];
      if (Loaded === null || ofLanguage === undefined) return null;
      return <Loaded words={ofLanguage} params={params} />;
    },
  };
};
