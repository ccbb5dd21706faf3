import { err, type Result } from 'neverthrow';
import type { Check, ValidationFailure } from './check.ts';
import { validationFailure } from './check.ts';

/**
 * Reads and checks the query parameters. A value becomes a number or a boolean only if the schema expects one. Unknown
 * parameters are an error, like unknown body fields. A repeated parameter is an error too, because systems
 * differ on which one counts.
 */
export const readQuery = <T>(url: string, check: Check<T>): Result<T, ValidationFailure> => {
  const start = url.indexOf('?');
  if (start === -1) return check.read({});
  const parameters: Record<string, string | number | boolean> = Object.create(null);
  for (const [name, value] of new URLSearchParams(url.slice(start))) {
    if (name in parameters)
      return err(validationFailure([{ path: `/${name}`, message: 'Given more than once' }]));
    parameters[name] = convert(value, check.schema.properties?.[name]?.type);
  }
  return check.read(parameters);
};

const convert = (value: string, type: unknown): string | number | boolean => {
  if (type === 'number' && /^\d{1,9}$/.test(value)) return Number(value);
  return type === 'boolean' && (value === 'true' || value === 'false') ? value === 'true' : value;
};
