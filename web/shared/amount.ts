import { decimalsOf } from './currency.ts';
import type { Language } from './language.ts';
import type { Money } from './types.ts';

/** The signs that a language puts between digits. */
type Signs = { readonly group: string; readonly decimal: string };

const signsOf = (language: Language): Signs => {
  const parts = new Intl.NumberFormat(language, { minimumFractionDigits: 1 }).formatToParts(1234567.5);
  const signOf = (type: string, otherwise: string) =>
    parts.find((part) => part.type === type)?.value ?? otherwise;
  return { group: signOf('group', ','), decimal: signOf('decimal', '.') };
};

/**
 * The amount in the minor unit that a person has typed, with or without the signs that their language puts between
 * digits. The signs of another language are refused: what is “1,234” in one is a thousand times that in another.
 */
export const parseAmount = (text: string, currency: string, language: Language): Money | null => {
  const { group, decimal } = signsOf(language);
  const decimals = decimalsOf(currency);
  const [whole = '', rest, ...more] = text.replace(/\s/gu, '').split(decimal);
  const digits = /^\d+$/.test(whole) ? whole : joinGroups(whole.split(group));
  const isFraction = rest === undefined || (/^\d+$/.test(rest) && rest.length <= decimals);
  if (digits === null || !isFraction || more.length > 0) return null;
  const amount = Number(digits + (rest ?? '').padEnd(decimals, '0'));
  return Number.isSafeInteger(amount) ? { amount, currency } : null;
};

/** `1.199.000` has groups of three after the first. */
const joinGroups = ([first = '', ...groups]: readonly string[]): string | null =>
  /^\d{1,3}$/.test(first) && groups.length > 0 && groups.every((group) => /^\d{3}$/.test(group))
    ? first + groups.join('')
    : null;

/** As one would type it: without the currency. */
export const typedAmount = ({ amount, currency }: Money, language: Language): string => {
  const decimals = decimalsOf(currency);
  const format = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(language, format).format(amount / 10 ** decimals);
};
