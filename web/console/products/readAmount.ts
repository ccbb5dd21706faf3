import { decimalsOf } from '../../shared/currency.ts';

/** What comes before the decimals. `auto`: it is read from each number, and one that could be two amounts is refused. */
export type DecimalMark = 'auto' | '.' | ',';

export type AmountProblem =
  | { readonly kind: 'not_a_price' }
  | { readonly kind: 'negative_price' }
  | { readonly kind: 'price_too_large' }
  /** `1.299` may be a thousand and more, or one and a bit. */
  | { readonly kind: 'ambiguous_price' }
  | { readonly kind: 'too_many_decimals'; readonly decimals: number };

export type ReadAmount =
  | { readonly kind: 'amount'; readonly amount: number }
  | { readonly kind: 'problem'; readonly problem: AmountProblem };

/** In the minor unit. The API's own limit. */
export const amountMax = 1_000_000_000_000;

const signs: Readonly<Record<string, readonly string[]>> = {
  VND: ['₫', 'đ', 'đồng', 'd', 'dong'],
  USD: ['$', 'us$'],
  EUR: ['€'],
  GBP: ['£'],
  JPY: ['¥', '円'],
};

/**
 * A price as people and spreadsheets write it: `1.299.000 ₫`, `1,299.50`, `59,00 €`. Thousands must stand in threes. What
 * could be read in two ways is refused, because one of them is a thousand times the other.
 */
export const readAmount = (text: string, currency: string, mark: DecimalMark): ReadAmount => {
  const plain = withoutCurrency(text.normalize('NFKC').trim(), currency);
  if (/^[-−(]/.test(plain)) return problem({ kind: 'negative_price' });
  // Spaces and apostrophes only ever set thousands apart.
  const joined = /^\d{1,3}(?:[\s'’]\d{3})+(?:[.,]\d*)?$/.test(plain) ? plain.replace(/[\s'’]/g, '') : plain;
  if (!/^\d[\d.,]*$/.test(joined)) return problem({ kind: 'not_a_price' });
  const wasGrouped = joined !== plain;
  const parts = partsOf(joined, decimalsOf(currency), mark, wasGrouped);
  return parts === null
    ? problem({ kind: 'not_a_price' })
    : 'kind' in parts
      ? problem(parts)
      : minorUnits(parts, currency);
};

/**
 * A price in a field for one product, which says below how it was read. `1.299` with three decimals is read as the field
 * itself writes it.
 */
export const readTypedAmount = (text: string, currency: string): ReadAmount => {
  const read = readAmount(text, currency, 'auto');
  const isAmbiguous = read.kind === 'problem' && read.problem.kind === 'ambiguous_price';
  return isAmbiguous && decimalsOf(currency) === 3 && !text.includes(',')
    ? readAmount(text, currency, '.')
    : read;
};

type Parts = { readonly whole: string; readonly fraction: string };

const problem = (found: AmountProblem): ReadAmount => ({ kind: 'problem', problem: found });

const withoutCurrency = (text: string, currency: string): string => {
  const lower = text.toLowerCase();
  for (const sign of [currency.toLowerCase(), ...(signs[currency] ?? [])]) {
    if (lower.endsWith(sign)) return text.slice(0, text.length - sign.length).trim();
    if (lower.startsWith(sign)) return text.slice(sign.length).trim();
  }
  return text;
};

const partsOf = (
  text: string,
  decimals: number,
  mark: DecimalMark,
  wasGrouped: boolean,
): Parts | AmountProblem | null => {
  if (mark !== 'auto') return splitAt(text, mark);
  const points = text.split('.').length - 1;
  const commas = text.split(',').length - 1;
  if (points > 0 && commas > 0)
    return splitAt(text, text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',');
  const only = points > 0 ? '.' : commas > 0 ? ',' : null;
  if (only === null) return { whole: text, fraction: '' };
  if (points + commas > 1) return splitAt(text, only === '.' ? ',' : '.');
  const [whole = '', fraction = ''] = text.split(only);
  const couldBeGroup = !wasGrouped && fraction.length === 3 && /^[1-9]\d{0,2}$/.test(whole);
  if (!couldBeGroup) return { whole, fraction };
  // A currency without decimals leaves one way to read it.
  return decimals === 0 ? { whole: whole + fraction, fraction: '' } : { kind: 'ambiguous_price' };
};

/** The number with this decimal mark. The other mark sets thousands apart. Null if they do not stand in threes. */
const splitAt = (text: string, mark: '.' | ','): Parts | null => {
  const group = mark === '.' ? ',' : '.';
  const [whole = '', fraction = '', ...more] = text.split(mark);
  if (more.length > 0 || fraction.includes(group)) return null;
  const isWellFormed = /^\d+$/.test(whole) || new RegExp(`^\\d{1,3}(?:\\${group}\\d{3})+$`).test(whole);
  return isWellFormed ? { whole: whole.replaceAll(group, ''), fraction } : null;
};

const minorUnits = ({ whole, fraction }: Parts, currency: string): ReadAmount => {
  const decimals = decimalsOf(currency);
  // `120000.00` is a whole number of đồng.
  const kept = fraction.replace(/0+$/, '');
  if (kept.length > decimals) return problem({ kind: 'too_many_decimals', decimals });
  const amount = Number(whole + kept.padEnd(decimals, '0'));
  return amount > amountMax ? problem({ kind: 'price_too_large' }) : { kind: 'amount', amount };
};

/** A price as one types it: without signs and thousands, with the decimals of its currency. */
export const plainAmount = (amount: number, currency: string): string => {
  const decimals = decimalsOf(currency);
  if (decimals === 0) return String(amount);
  const digits = String(amount).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
};
