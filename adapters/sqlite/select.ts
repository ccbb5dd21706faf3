import type Database from 'better-sqlite3';

/** A condition in SQL, and the value for the `?` in it. */
export type Condition = readonly [text: string, value?: string];

/**
 * Runs a query of variable conditions. Statements are kept by their text, which holds no text of a user, so
 * that each combination of conditions is prepared once.
 */
export const createSelect = <Row>(client: Database.Database) => {
  const statements = new Map<string, Database.Statement<(string | number)[], Row>>();
  return (from: string, conditions: readonly Condition[], order: string, limit: number): readonly Row[] => {
    const where = conditions.length === 0 ? '' : `where ${conditions.map(([text]) => text).join(' and ')}`;
    const text = `${from} ${where} order by ${order} limit ?`;
    const statement = statements.get(text) ?? client.prepare<(string | number)[], Row>(text);
    statements.set(text, statement);
    return statement.all(...conditions.flatMap(([, value]) => value ?? []), limit);
  };
};

/** Rows older than the one with this id: `position` is the column that says where a row of `table` stands. */
export const before = (table: 'orders' | 'product', position: string, id: string | null): Condition[] =>
  id === null ? [] : [[`${position} < ${firstFrom(table)}`, id]];

/** Rows that are not older than this id. */
export const since = (table: 'orders' | 'product', position: string, id: string | null): Condition[] =>
  id === null ? [] : [[`${position} >= ${firstFrom(table)}`, id]];

/** Where the oldest row stands whose id is not below the one asked for, or past all rows. */
const firstFrom = (table: 'orders' | 'product'): string =>
  `coalesce((select position from ${table} where id >= ? order by id limit 1), 9223372036854775807)`;
