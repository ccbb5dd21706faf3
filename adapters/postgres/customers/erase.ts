import { addressPattern } from '../../../core/erasure.ts';
import { type ErasureTargets, erasureStatements } from '../../stored/erasure.ts';
import type { Transaction } from '../connection.ts';

/** Erases what names a customer, as `personalData` lists it. */
export const eraseColumns = async (
  tx: Transaction,
  customerId: string,
  targets: ErasureTargets,
): Promise<void> => {
  const values = {
    customer: customerId,
    // `is null` makes a condition without a pattern false.
    pattern: addressPattern(targets.addresses),
    quotedPattern: addressPattern(targets.addresses, true),
    ...targets,
  };
  for (const { sql, names } of statements)
    await tx.unsafe(
      sql,
      names.map((name) => values[name] as string),
      { prepare: false },
    );
};

type Name = 'customer' | 'pattern' | 'quotedPattern' | keyof ErasureTargets;

const types: Readonly<Record<Name, string>> = {
  customer: 'text',
  pattern: 'text',
  quotedPattern: 'text',
  orders: 'text[]',
  checkouts: 'text[]',
  refunds: 'text[]',
  tasks: 'text[]',
  addresses: 'text[]',
};

/** Columns of these are compared as text: an activity's target can be any word. */
const textColumns = ['target', 'recipient'];

/** The columns that hold JSON. */
const jsonColumns = ['content'];

const placeholder = (name: Name): string => `{${name}}`;

/** Ids are compared as uuids, so that an index finds them. */
const arrayOf = (column: string, name: keyof ErasureTargets): string =>
  textColumns.includes(column) ? placeholder(name) : `(${placeholder(name)})::uuid[]`;

const patternOf = (quoted: boolean): string => placeholder(quoted ? 'quotedPattern' : 'pattern');

/** Numbers the values of a statement, each once. */
const numbered = (text: string): { readonly sql: string; readonly names: readonly Name[] } => {
  const names = [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as Name))];
  const sql = text.replace(/\{(\w+)\}/g, (_, name: Name) => `$${names.indexOf(name) + 1}::${types[name]}`);
  return { sql, names };
};

const statements = erasureStatements({
  isIn: (column, targets) => `${column} = any(${arrayOf(column, targets)})`,
  customer: placeholder('customer'),
  hasAddress: (column, quoted) => `${column}::text ~* ${patternOf(quoted)}`,
  withoutAddress: (column, quoted, mark) => {
    const text = `regexp_replace(${column}::text, ${patternOf(quoted)}, '${mark}', 'gi')`;
    return jsonColumns.includes(column) ? `${text}::json` : text;
  },
}).map(numbered);
