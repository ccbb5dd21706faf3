import { err, type Result } from 'neverthrow';
import type { Check, ValidationFailure } from './check.ts';
import { validationFailure } from './check.ts';

/**
 * Reads and checks the query parameters. A value becomes a number only if the schema expects one. Unknown
 * parameters are an error, like unknown body fields. A repeated parameter is an error too, because systems
 * differ on which one counts.
 */
export const readQuery = <T>(url: string, check: Check<T>): Result<T, ValidationFailure> => {
  const start = url.indexOf('?');
  if (start === -1) return check.read({});
  const parameters: Record<string, string | number> = Object.create(null);
  for (const [name, value] of new URLSearchParams(url.slice(start))) {
    if (name in parameters)
      return err(validationFailure([{ path: `/${name}`, message: 'Given more than once' }]));
    const isWholeNumber = check.schema.properties?.[name]?.type === 'number' && /^\d{1,9}$/.test(value);
    parameters[name] = isWholeNumber ? Number(value) : value;
  }
  return check.read(parameters);
};
