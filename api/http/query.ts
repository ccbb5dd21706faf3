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
  const query = url.slice(start + 1);
  const pairs = [...new URLSearchParams(query)];
  let sent: readonly string[] | null = null;
  const sentAt = (index: number): string => {
    sent ??= query.split('&').filter((each) => each !== '');
    return sent[index] ?? '';
  };
  for (const [index, [name, value]] of pairs.entries()) {
    if (hasReplacement(name, value) && name !== searchName && !isUtf8(sentAt(index)))
      return err(validationFailure([{ path: `/${name}`, message: 'Expected text in UTF-8' }]));
    if (name in parameters)
      return err(validationFailure([{ path: `/${name}`, message: 'Given more than once' }]));
    parameters[name] = convert(value, check.schema.properties?.[name]?.type);
  }
  return check.read(parameters);
};

/** A search takes any text, and shows what it can find. */
const searchName = 'q';

/**
 * Bytes that are not UTF-8 are read as U+FFFD. A filter would then compare another text than the one that was sent, and
 * say that nothing fits.
 */
const hasReplacement = (...texts: readonly string[]): boolean =>
  texts.some((text) => text.includes('\ufffd'));

/** True if the pair was sent in UTF-8. A percent sign that is no escape stands for itself. */
const isUtf8 = (pair: string): boolean => {
  try {
    decodeURIComponent(pair.replace(/%(?![0-9a-f]{2})/gi, '%25'));
    return true;
  } catch {
    return false;
  }
};

const convert = (value: string, type: unknown): string | number | boolean => {
  if (type === 'number' && /^\d{1,9}$/.test(value)) return Number(value);
  return type === 'boolean' && (value === 'true' || value === 'false') ? value === 'true' : value;
};
