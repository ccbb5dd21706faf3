import { formatMoney } from '../shared/money.ts';
import type { Money as MoneyValue } from '../shared/types.ts';
import { useLanguage } from './language.ts';

/** An amount that never breaks, with figures of one width, so that columns stand. */
export const Money = ({ value }: { readonly value: MoneyValue }) => (
  <span class="num">{formatMoney(value, useLanguage())}</span>
);
