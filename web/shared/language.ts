import type { Store } from './store.ts';

const languages = ['vi', 'en'] as const;
export type Language = (typeof languages)[number];

/** The first of the browser's languages that the shop speaks. Vietnamese without one: it is the shop's own. */
export const languageOf = (preferred: readonly string[]): Language => {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    const found = languages.find((language) => language === primary);
    if (found !== undefined) return found;
  }
  return 'vi';
};

const choiceName = 'cw.language';

/** What the customer chose on an earlier page comes before what the browser prefers. */
export const chosenLanguage = (shared: Store, preferred: readonly string[]): Language => {
  const chosen = shared.get(choiceName);
  return languageOf(chosen === null ? preferred : [chosen, ...preferred]);
};

export const chooseLanguage = (shared: Store, language: Language): void => shared.set(choiceName, language);
