/** What came over the wire is of no type until it is looked at. Anything that is not as it should be is null. */
type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const at = (value: unknown, name: string): unknown => (isFields(value) ? value[name] : null);

export const field = (value: unknown, name: string): Fields | null => {
  const found = at(value, name);
  return isFields(found) ? found : null;
};

/** Without NUL and halves of characters, which JSON can say and no database of ours can keep. */
export const text = (value: unknown, name: string): string | null => {
  const found = at(value, name);
  return typeof found === 'string' && found !== '' ? found.replaceAll('\0', '').toWellFormed() : null;
};

export const count = (value: unknown, name: string): number | null => {
  const found = at(value, name);
  return typeof found === 'number' && Number.isSafeInteger(found) ? found : null;
};

export const list = (value: unknown, name: string): readonly unknown[] | null => {
  const found = at(value, name);
  return Array.isArray(found) ? found : null;
};

export const isTrue = (value: unknown, name: string): boolean => at(value, name) === true;
