/**
 * Reads values whose type is not known, as they come over HTTP. A value of another type than asked for is
 * null.
 */
type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const valueAt = (value: unknown, name: string): unknown => (isFields(value) ? value[name] : null);

export const field = (value: unknown, name: string): Fields | null => {
  const found = valueAt(value, name);
  return isFields(found) ? found : null;
};

/** Removes NUL and replaces lone surrogates: JSON can contain them, and our databases cannot store them. */
export const text = (value: unknown, name: string): string | null => {
  const found = valueAt(value, name);
  return typeof found === 'string' && found !== '' ? found.replaceAll('\0', '').toWellFormed() : null;
};

export const count = (value: unknown, name: string): number | null => {
  const found = valueAt(value, name);
  return typeof found === 'number' && Number.isSafeInteger(found) ? found : null;
};

export const list = (value: unknown, name: string): readonly unknown[] | null => {
  const found = valueAt(value, name);
  return Array.isArray(found) ? found : null;
};

export const isTrue = (value: unknown, name: string): boolean => valueAt(value, name) === true;
