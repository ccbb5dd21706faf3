import type Database from 'better-sqlite3';

/** A condition in SQL, and the values for its `?`. */
export type Condition = readonly [text: string, ...values: (string | number)[]];

/** A search has a condition for each word, so there are some hundred combinations. */
const statementsMax = 100;

/**
 * Runs a query with variable conditions. Each combination of conditions is prepared once and cached by its SQL text,
 * which contains no user input. The one that was not used for the longest time is dropped first.
 */
export const createSelect = <Row>(client: Database.Database) => {
  const statements = new Map<string, Database.Statement<(string | number)[], Row>>();
  return (from: string, conditions: readonly Condition[], order: string, limit: number): readonly Row[] => {
    const where = conditions.length === 0 ? '' : `where ${conditions.map(([text]) => text).join(' and ')}`;
    const text = `${from} ${where} order by ${order} limit ?`;
    const statement = statements.get(text) ?? client.prepare<(string | number)[], Row>(text);
    statements.delete(text);
    statements.set(text, statement);
    const [oldest] = statements.keys();
    if (statements.size > statementsMax && oldest !== undefined) statements.delete(oldest);
    return statement.all(...conditions.flatMap(([, ...values]) => values), limit);
  };
};

/** Rows older than the one with this id. `position` is the column with the row position. */
export const olderThan = (table: 'orders' | 'product', position: string, id: string | null): Condition[] =>
  id === null ? [] : [[`${position} < ${positionFrom(table)}`, id]];

/** The order with this id and newer ones. */
export const notOlderThan = (position: string, id: string | null): Condition[] =>
  id === null ? [] : [[`${position} >= ${positionFrom('orders')}`, id]];

/** The position of the oldest row whose id is not below the given one, or a position after all rows. */
const positionFrom = (table: 'orders' | 'product'): string =>
  `coalesce((select position from ${table} where id >= ? order by id limit 1), 9223372036854775807)`;
