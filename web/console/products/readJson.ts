import { fieldOfHeader, type Table, type TableRow } from './importTable.ts';

/** An array of products as the API takes them, one product, or an answer of the API. Null if it is no JSON. */
export const parseJson = (text: string): Table | null => {
  const entries = entriesOf(text);
  if (entries === null) return null;
  const flat = entries.map((entry) => (isObject(entry) ? flatten(entry) : null));
  const headers = [...new Set(flat.flatMap((entry) => (entry === null ? [] : [...entry.keys()])))];
  const rows = flat.map((entry, index): TableRow => {
    const cells = headers.map((header) => cellOf(entry?.get(header)));
    const isBroken = headers.some(
      (header) => fieldOfHeader(header) !== undefined && isObject(entry?.get(header)),
    );
    return { number: index + 1, cells, fault: entry === null || isBroken ? 'not_a_row' : null };
  });
  return { headers, rows, isJson: true };
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const entriesOf = (text: string): readonly unknown[] | null => {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
    if (!isObject(value)) return null;
    const items: unknown = Reflect.get(value, 'items') ?? Reflect.get(value, 'products');
    return Array.isArray(items) ? items : [value];
  } catch {
    return null;
  }
};

/** The columns of `price`, which is an object where the API writes it. */
const flatten = (entry: object): ReadonlyMap<string, unknown> =>
  new Map(
    Object.entries(entry).flatMap(([name, value]): readonly (readonly [string, unknown])[] =>
      name === 'price' && isObject(value) ? Object.entries(value) : [[name, value]],
    ),
  );

const cellOf = (value: unknown): string | null =>
  value === null || typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
