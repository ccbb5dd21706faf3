import type Database from 'better-sqlite3';
import { foldVersion } from '../../../core/search.ts';
import type { OrderRow, ProductRow } from '../rows.ts';
import { columnsOf, orders, product } from '../schema.ts';
import { createTokenWriter } from './tokens.ts';

/** The version of core's folding that made the stored tokens. 0 in a new database. */
export const readFoldVersion = (client: Database.Database): number =>
  Number(client.pragma('user_version', { simple: true }));

/** How many rows are in memory at a time. */
const batchMax = 1_000;

/** Rewrites the tokens of all products and orders. Runs in the caller's transaction. */
export const rebuildSearch = (client: Database.Database): void => {
  const tokens = createTokenWriter(client);
  forEachRow<ProductRow>(client, `select ${columnsOf(product, 'p')} from product p`, tokens.writeProduct);
  forEachRow<OrderRow>(client, `select ${columnsOf(orders, 'o')} from orders o`, tokens.writeOrder);
  client.pragma(`user_version = ${foldVersion}`);
};

const forEachRow = <Row extends { readonly position: number }>(
  client: Database.Database,
  select: string,
  write: (row: Row) => void,
): void => {
  const page = client.prepare<[number, number], Row>(
    `${select} where position > ? order by position limit ?`,
  );
  let rows = page.all(-Number.MAX_SAFE_INTEGER, batchMax);
  while (rows.length > 0) {
    for (const row of rows) write(row);
    rows = page.all(rows.at(-1)?.position ?? 0, batchMax);
  }
};
