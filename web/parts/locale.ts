import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** The language of the page: of its words, its money and its times. */
export type Locale = 'vi' | 'en';

export const LocaleContext = createContext<Locale>('vi');

export const useLocale = (): Locale => useContext(LocaleContext);
