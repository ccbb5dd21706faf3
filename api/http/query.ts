import { err, type Result } from 'neverthrow';
import type { Check, Invalid } from './check.ts';
import { invalid } from './check.ts';

/**
 * The query parameters of a request as `check` wants them. Whole numbers are read where the schema asks for
 * a number; unknown parameters are refused like unknown body fields, and so is one that is given twice,
 * since each of two readers might believe another of them.
 */
export const readQuery = <T>(url: string, check: Check<T>): Result<T, Invalid> => {
  const start = url.indexOf('?');
  if (start === -1) return check.read({});
  const given: Record<string, string | number> = Object.create(null);
  for (const [name, value] of new URLSearchParams(url.slice(start))) {
    if (name in given) return err(invalid([{ path: `/${name}`, message: 'Given more than once' }]));
    const whole = check.schema.properties?.[name]?.type === 'number' && /^\d{1,9}$/.test(value);
    given[name] = whole ? Number(value) : value;
  }
  return check.read(given);
};
