import { decimalsOf } from './currency.ts';
import type { Language } from './language.ts';
import type { Money } from './types.ts';

/** `1.199.000 ₫` in Vietnamese, `₫1,199,000` in English. The amount is in the minor unit; VND has no decimals. */
export const formatMoney = ({ amount, currency }: Money, language: Language): string => {
  const decimals = decimalsOf(currency);
  const name = language + currency;
  const format =
    formats[name] ??
    // More than these the amount does not have, so no largest number is needed.
    new Intl.NumberFormat(language, { style: 'currency', currency, minimumFractionDigits: decimals });
  // Kept, because making a format takes longer than using it, and a list has many amounts.
  formats[name] = format;
  return format.format(amount / 10 ** decimals);
};

const formats: Record<string, Intl.NumberFormat> = {};

/** One total a currency, in the order in which the currencies come first. A checkout takes one currency only. */
export const totalsOf = (amounts: readonly Money[]): readonly Money[] => {
  const totals = new Map<string, number>();
  for (const { amount, currency } of amounts) totals.set(currency, (totals.get(currency) ?? 0) + amount);
  return [...totals].map(([currency, amount]) => ({ amount, currency }));
};

export const formatCount = (count: number, language: Language): string => count.toLocaleString(language);
