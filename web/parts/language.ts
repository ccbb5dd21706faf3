import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** The language of the page: of its words, its money and its times. */
export type Language = 'vi' | 'en';

export const LanguageContext = createContext<Language>('vi');

export const useLanguage = (): Language => useContext(LanguageContext);
