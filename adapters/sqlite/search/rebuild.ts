import type Database from 'better-sqlite3';
import { foldVersion } from '../../../core/search.ts';
import type { OrderRow, ProductRow } from '../rows.ts';
import { columnsOf, orders, product } from '../schema.ts';
import { createTokenWriter } from './tokens.ts';

/** By which version of the core's function the stored words were made; 0 where there are none yet. */
export const readFoldVersion = (client: Database.Database): number =>
  Number(client.pragma('user_version', { simple: true }));

/** Rows that are in memory at a time. */
const batchMax = 1_000;

/** Makes the words of all products and orders anew. Inside the caller's transaction. */
export const rebuildSearch = (client: Database.Database): void => {
  const words = createTokenWriter(client);
  each<ProductRow>(client, `select ${columnsOf(product, 'p')} from product p`, words.ofProduct);
  each<OrderRow>(client, `select ${columnsOf(orders, 'o')} from orders o`, words.ofOrder);
  client.pragma(`user_version = ${foldVersion}`);
};

const each = <Row extends { readonly position: number }>(
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
