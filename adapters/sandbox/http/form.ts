import type { Money } from '../../../core/money.ts';
import { fromStripe } from '../../stripe/format/amounts.ts';

/** The parameters of a request, such as `amount=1&metadata[a]=b`, from the body or the query. */
export type Form = ReadonlyMap<string, string>;

export const formOf = async (request: Request): Promise<Form> => {
  const source = request.method === 'GET' ? new URL(request.url).searchParams : await request.text();
  return new Map(new URLSearchParams(source));
};

/** All parameters, sorted: equal for equal parameters in any order. */
export const fingerprintOf = (form: Form): string => {
  const parameters = new URLSearchParams([...form]);
  parameters.sort();
  return parameters.toString();
};

/**
 * The first parameter that is not in `known`, or null. In `known`, `metadata[]` means every `metadata[…]`.
 */
export const unknownParameter = (form: Form, known: readonly string[]): string | null =>
  [...form.keys()].find((name) => !known.includes(name) && !known.includes(name.replace(/\[.*$/, '[]'))) ??
  null;

/** The parameters `metadata[key]=value` as an object. */
export const metadataOf = (form: Form): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...form].flatMap(([name, value]) => {
      const [, key] = /^metadata\[([^\]]*)\]$/.exec(name) ?? [];
      return key === undefined ? [] : [[key, value]];
    }),
  );

export const integerOf = (form: Form, name: string): number | null => {
  const text = form.get(name) ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
};

/** Null if the amount is missing or cannot be charged. */
export const moneyOf = (form: Form): Money | null => {
  const [amount, currency] = [integerOf(form, 'amount'), form.get('currency') ?? ''];
  return amount === null || amount === 0 || !/^[a-z]{3}$/i.test(currency)
    ? null
    : fromStripe({ amount, currency });
};
