import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Language } from '../shared/language.ts';

/** The language of the page: of its words, its money and its times. */
export const LanguageContext = createContext<Language>('vi');

export const useLanguage = (): Language => useContext(LanguageContext);
