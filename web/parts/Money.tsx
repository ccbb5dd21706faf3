import { type Language, useLanguage } from './language.ts';

type MoneyValue = { readonly amount: number; readonly currency: string };

/** `amount` is in the smallest unit of the currency. How many decimals that has is the currency's own. */
const formatMoney = ({ amount, currency }: MoneyValue, language: Language): string => {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 0));
};

/** An amount that never breaks, with figures of one width, so that columns stand. */
export const Money = ({ value }: { readonly value: MoneyValue }) => (
  <span class="num">{formatMoney(value, useLanguage())}</span>
);
