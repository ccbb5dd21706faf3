import { eq, sql } from 'drizzle-orm';
import { pageOf } from '../../../core/page.ts';
import type { ProductDraft, ProductKey, ProductQuery, Products } from '../../../core/product.ts';
import type { SearchQuery } from '../../../core/search.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import { createRowPositions } from '../rowPositions.ts';
import { type ProductRow, productOf } from '../rows.ts';
import { columnsOf, product } from '../schema.ts';
import { productText } from '../search/query.ts';
import { createTokenWriter } from '../search/tokens.ts';
import { before, type Condition, createSelect } from '../select.ts';

export const createProducts = (connection: Connection, world: World): Products => {
  const { ask, db, read, write } = connection;
  const upsert = upserting(connection, world);
  const list = listing(connection);
  const byId = db
    .select()
    .from(product)
    .where(eq(product.id, sql.placeholder('id')))
    .prepare();
  return {
    upsert: async (drafts, nowMs, existing) => write(() => upsert(drafts, nowMs, existing)),
    find: async (id) =>
      ask(() => {
        const row = byId.get({ id });
        return row === undefined ? null : productOf(row);
      }),
    list: async (query) => read(() => list(query)),
  };
};

const upserting = ({ client }: Connection, { ids }: World) => {
  const positionOf = createRowPositions(client, 'product', 'product_name');
  const known = client.prepare<[string], Pick<ProductRow, 'position' | 'name'>>(
    'select position, name from product where code = ?',
  );
  const insert = client.prepare<[number, string, ...Written, number]>(
    `insert into product (position, id, code, name, type, amount, currency, stock, created_ms, updated_ms)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = client.prepare<[...Written, number]>(
    `update product set code = ?, name = ?, type = ?, amount = ?, currency = ?, stock = ?, updated_ms = ?
     where position = ?`,
  );
  const words = createTokenWriter(client);

  const create = (draft: ProductDraft, nowMs: number): void => {
    const id = ids.next(nowMs);
    const position = positionOf(id);
    insert.run(position, id, ...written(draft, nowMs), nowMs);
    words.ofProduct({ position, ...draft });
  };

  const replace = (row: Pick<ProductRow, 'position' | 'name'>, draft: ProductDraft, nowMs: number): void => {
    update.run(...written(draft, nowMs), row.position);
    if (row.name !== draft.name) words.ofProduct({ position: row.position, ...draft });
  };

  return (drafts: readonly ProductDraft[], nowMs: number, existing: 'replace' | 'keep') => {
    let created = 0;
    let updated = 0;
    for (const draft of new Map(drafts.map((each) => [each.code, each])).values()) {
      const row = known.get(draft.code);
      if (row === undefined) {
        create(draft, nowMs);
        created++;
      } else if (existing === 'replace') {
        replace(row, draft, nowMs);
        updated++;
      }
    }
    return { created, updated };
  };
};

type Written = [string, string, string, number, string, number | null, number];

const written = ({ code, name, type, price, stock }: ProductDraft, nowMs: number): Written => [
  code,
  name,
  type,
  price.amount,
  price.currency,
  stock,
  nowMs,
];

const listing = ({ client }: Connection) => {
  const select = createSelect<ProductRow>(client);
  const columns = columnsOf(product, 'p');

  const ordinary = ({ type, after, limit }: ProductQuery): readonly ProductRow[] =>
    select(
      `select ${columns} from product p`,
      [...ofType(type), ...before('product', 'p.position', after?.id ?? null)],
      'p.position desc',
      limit + 1,
    );

  /** Those with the words exactly as typed, or the others. */
  const found = (
    { type }: ProductQuery,
    search: SearchQuery,
    exactly: boolean,
    after: string | null,
    limit: number,
  ): readonly ProductRow[] =>
    select(
      `select ${columns} from product_name n cross join product p on p.position = n.rowid`,
      [
        ['n.product_name match ?', productText(search, exactly)],
        ...ofType(type),
        ...before('product', 'n.rowid', after),
      ],
      'n.rowid desc',
      limit,
    );

  const ranked = (query: ProductQuery, search: SearchQuery) => {
    const { after, limit } = query;
    const best =
      after === null || after.tier > 0 ? found(query, search, true, after?.id ?? null, limit + 1) : [];
    const rest = limit + 1 - best.length;
    const afterRest = after?.tier === 0 ? after.id : null;
    const others = rest > 0 ? found(query, search, false, afterRest, rest) : [];
    return [...best.map((row) => ({ row, tier: 1 })), ...others.map((row) => ({ row, tier: 0 }))];
  };

  return (query: ProductQuery) => {
    const rows =
      query.search === null ? ordinary(query).map((row) => ({ row, tier: 0 })) : ranked(query, query.search);
    const page = pageOf(rows, query.limit, ({ row, tier }): ProductKey => ({ tier, id: row.id }));
    return { items: page.items.map(({ row }) => productOf(row)), next: page.next };
  };
};

const ofType = (type: string | null): Condition[] => (type === null ? [] : [['p.type = ?', type]]);
