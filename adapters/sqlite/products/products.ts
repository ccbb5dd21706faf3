import { eq, sql } from 'drizzle-orm';
import { pageOf } from '../../../core/page.ts';
import type { ProductDraft, ProductKey, ProductQuery, Products } from '../../../core/product.ts';
import type { SearchQuery } from '../../../core/search.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import { createRowPositions } from '../rowPositions.ts';
import { type ProductRow, productOf } from '../rows.ts';
import { columnsOf, product } from '../schema.ts';
import { type Accents, productText } from '../search/query.ts';
import { createTokenWriter } from '../search/tokens.ts';
import { type Condition, createSelect, olderThan } from '../select.ts';

export const createProducts = (connection: Connection, world: World): Products => {
  const { runStatement, db, read, write } = connection;
  const upsert = createUpsertProducts(connection, world);
  const list = createListProducts(connection);
  const byId = db
    .select()
    .from(product)
    .where(eq(product.id, sql.placeholder('id')))
    .prepare();
  return {
    upsert: async (drafts, nowMs, existing) => write(() => upsert(drafts, nowMs, existing)),
    find: async (id) =>
      runStatement(() => {
        const row = byId.get({ id });
        return row === undefined ? null : productOf(row);
      }),
    list: async (query) => read(() => list(query)),
  };
};

const createUpsertProducts = ({ client }: Connection, { ids }: World) => {
  const positionOf = createRowPositions(client, 'product', 'product_search');
  const byCode = client.prepare<[string], Pick<ProductRow, 'position' | 'name'>>(
    'select position, name from product where code = ?',
  );
  const insert = client.prepare<[number, string, ...DraftValues, number]>(
    `insert into product (position, id, code, name, type, amount, currency, stock, created_ms, updated_ms)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = client.prepare<[...DraftValues, number]>(
    `update product set code = ?, name = ?, type = ?, amount = ?, currency = ?, stock = ?, updated_ms = ?
     where position = ?`,
  );
  const tokens = createTokenWriter(client);

  const create = (draft: ProductDraft, nowMs: number): void => {
    const id = ids.next(nowMs);
    const position = positionOf(id);
    insert.run(position, id, ...valuesOf(draft, nowMs), nowMs);
    tokens.writeProduct({ position, ...draft });
  };

  const replace = (row: Pick<ProductRow, 'position' | 'name'>, draft: ProductDraft, nowMs: number): void => {
    update.run(...valuesOf(draft, nowMs), row.position);
    if (row.name !== draft.name) tokens.writeProduct({ position: row.position, ...draft });
  };

  return (drafts: readonly ProductDraft[], nowMs: number, existing: 'replace' | 'keep') => {
    let created = 0;
    let updated = 0;
    // Of several drafts with one code, the last one counts.
    const lastByCode = new Map(drafts.map((draft) => [draft.code, draft]));
    for (const draft of lastByCode.values()) {
      const row = byCode.get(draft.code);
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

type DraftValues = [string, string, string, number, string, number | null, number];

const valuesOf = ({ code, name, type, price, stock }: ProductDraft, nowMs: number): DraftValues => [
  code,
  name,
  type,
  price.amount,
  price.currency,
  stock,
  nowMs,
];

const createListProducts = ({ client }: Connection) => {
  const select = createSelect<ProductRow>(client);
  const columns = columnsOf(product, 'p');

  const listAll = ({ type, after, limit }: ProductQuery): readonly ProductRow[] =>
    select(
      `select ${columns} from product p`,
      [...ofType(type), ...olderThan('product', 'p.position', after?.id ?? null)],
      'p.position desc',
      limit + 1,
    );

  /** The matches whose accents are as typed, or all other matches. */
  const searchTier = (
    { type }: ProductQuery,
    search: SearchQuery,
    accents: Accents,
    after: string | null,
    limit: number,
  ): readonly ProductRow[] =>
    select(
      `select ${columns} from product_search s cross join product p on p.position = s.rowid`,
      [
        ['s.product_search match ?', productText(search, accents)],
        ...ofType(type),
        ...olderThan('product', 's.rowid', after),
      ],
      's.rowid desc',
      limit,
    );

  /** Tier 1 has the accents as typed and comes first. */
  const listMatches = (query: ProductQuery, search: SearchQuery) => {
    const { after, limit } = query;
    const best =
      after === null || after.tier > 0
        ? searchTier(query, search, 'as typed', after?.id ?? null, limit + 1)
        : [];
    const rest = limit + 1 - best.length;
    const afterRest = after?.tier === 0 ? after.id : null;
    const others = rest > 0 ? searchTier(query, search, 'different', afterRest, rest) : [];
    return [...best.map((row) => ({ row, tier: 1 })), ...others.map((row) => ({ row, tier: 0 }))];
  };

  return (query: ProductQuery) => {
    const rows =
      query.search === null
        ? listAll(query).map((row) => ({ row, tier: 0 }))
        : listMatches(query, query.search);
    const page = pageOf(rows, query.limit, ({ row, tier }): ProductKey => ({ tier, id: row.id }));
    return { items: page.items.map(({ row }) => productOf(row)), next: page.next };
  };
};

const ofType = (type: string | null): Condition[] => (type === null ? [] : [['p.type = ?', type]]);
