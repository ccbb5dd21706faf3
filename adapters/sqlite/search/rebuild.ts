import type Database from 'better-sqlite3';
import { ok } from 'neverthrow';
import { continueRefold, nextPart, type RefoldPosition } from '../../../core/refold.ts';
import { foldVersion } from '../../../core/search.ts';
import type { Store } from '../../../core/store.ts';
import type { Connection } from '../connection.ts';
import { firstPosition } from '../rowPositions.ts';
import type { OrderRow, ProductRow } from '../rows.ts';
import { columnsOf, orders, product } from '../schema.ts';
import { createTokenWriter, orderTexts, productTexts } from './tokens.ts';
import { charactersMax } from './unindexed.ts';

/** The version of core's fold that made the stored tokens. 0 in a new database. */
export const readFoldVersion = (client: Database.Database): number =>
  Number(client.pragma('user_version', { simple: true }));

/** The newest version that has begun to fold the stored names anew. */
export const readRefoldVersion = (client: Database.Database): number =>
  client.prepare<[], number>('select version from search_rebuild').pluck().get() ?? 0;

export const storeFoldVersion = (client: Database.Database): void => {
  client.pragma(`user_version = ${foldVersion}`);
};

const parts = ['product', 'orders'] as const;
type Part = (typeof parts)[number];

/** See `Store.refoldNames`. The slice and its position are one transaction, so a kill loses or repeats nothing. */
export const createRefoldNames = ({ client, write, runStatement }: Connection): Store['refoldNames'] => {
  const tokens = createTokenWriter(client);
  const products = client.prepare<[number, number], ProductRow>(
    `select ${columnsOf(product, 'p')} from product p where position > ? order by position limit ?`,
  );
  const placed = client.prepare<[number, number], OrderRow>(
    `select ${columnsOf(orders, 'o')} from orders o where position > ? order by position limit ?`,
  );
  const readPosition = client.prepare<[], RefoldPosition<number>>(
    'select version, part, after from search_rebuild',
  );
  const storePosition = client.prepare<[number, Part, number]>(
    'update search_rebuild set version = ?, part = ?, after = ?',
  );
  const storedProduct = client
    .prepare<[number], string[]>(
      'select name, code, exact_name, exact_code from product_search where rowid = ?',
    )
    .raw();
  const storedOrder = client
    .prepare<[number], string[]>('select name, code, facets from order_search where rowid = ?')
    .raw();
  // Most names have the same tokens as before. A comparison costs a tenth of a write.
  const refoldPart: Readonly<Record<Part, (after: number, limit: number) => readonly Positioned[]>> = {
    product: (after, limit) =>
      foldWhileRoom(products.all(after, limit), (row) => {
        const texts = productTexts(row);
        if (!areEqual(storedProduct.get(row.position), texts)) tokens.writeProduct(row);
        return texts;
      }),
    orders: (after, limit) =>
      foldWhileRoom(placed.all(after, limit), (row) => {
        const texts = orderTexts(row);
        if (!areEqual(storedOrder.get(row.position), texts)) tokens.writeOrder(row);
        return texts;
      }),
  };

  const refoldSlice = (limit: number) => {
    const position = readPosition.get();
    const isDone = readFoldVersion(client) >= foldVersion;
    if (isDone || position === undefined || position.version > foldVersion) return null;
    const { part, after } = continueRefold(position, foldVersion, parts, firstPosition);
    const rows = refoldPart[part](after, limit);
    const last = rows.at(-1);
    const next = last === undefined ? nextPart(parts, part) : part;
    if (next === null) storeFoldVersion(client);
    else storePosition.run(foldVersion, next, last?.position ?? firstPosition);
    return { part, names: rows.length, isWaiting: false };
  };

  // Asked without the write lock first: nearly always there is nothing to do.
  return async (limit) =>
    runStatement(() => readFoldVersion(client)).andThen((stored) =>
      stored >= foldVersion ? ok(null) : write(() => refoldSlice(limit)),
    );
};

type Positioned = { readonly position: number };

/** Folds as many rows as one transaction may write. Returns the rows that it has folded. */
const foldWhileRoom = <Row>(
  rows: readonly Row[],
  foldRow: (row: Row) => readonly string[],
): readonly Row[] => {
  const folded: Row[] = [];
  let room = charactersMax;
  for (const row of rows) {
    if (room <= 0) break;
    room -= foldRow(row).reduce((sum, text) => sum + text.length, 0);
    folded.push(row);
  }
  return folded;
};

const areEqual = (stored: readonly string[] | undefined, texts: readonly string[]): boolean =>
  texts.every((text, at) => text === stored?.[at]);
