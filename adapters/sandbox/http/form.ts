import type { Money } from '../../../core/money.ts';
import { fromStripe } from '../../stripe/format/amounts.ts';

/** A request's parameters: `amount=1&metadata[a]=b`, from the body or from the query. */
export type Form = ReadonlyMap<string, string>;

export const formOf = async (request: Request): Promise<Form> => {
  const source = request.method === 'GET' ? new URL(request.url).searchParams : await request.text();
  return new Map(new URLSearchParams(source));
};

/** The same for the same parameters, in whatever order they came. */
export const fingerprint = (form: Form): string => {
  const parameters = new URLSearchParams([...form]);
  parameters.sort();
  return parameters.toString();
};

/** The first parameter that is none of `known`; `metadata[]` stands for all of a group. */
export const unknownParameter = (form: Form, known: readonly string[]): string | null =>
  [...form.keys()].find((name) => !known.includes(name) && !known.includes(name.replace(/\[.*$/, '[]'))) ??
  null;

/** `metadata[a]=b`. */
export const groupOf = (form: Form, group: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...form].flatMap(([name, value]) => {
      const [, of, key] = /^(\w+)\[([^\]]*)\]$/.exec(name) ?? [];
      return of === group && key !== undefined ? [[key, value]] : [];
    }),
  );

export const integerOf = (form: Form, name: string): number | null => {
  const text = form.get(name) ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
};

/** Null where it has no amount, or none that can be charged. */
export const moneyOf = (form: Form): Money | null => {
  const [amount, currency] = [integerOf(form, 'amount'), form.get('currency') ?? ''];
  return amount === null || amount === 0 || !/^[a-z]{3}$/i.test(currency)
    ? null
    : fromStripe({ amount, currency });
};
