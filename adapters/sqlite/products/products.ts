import { pageOf } from '../../../core/page.ts';
import type { ProductKey, ProductQuery, Products } from '../../../core/product.ts';
import type { SearchQuery } from '../../../core/search.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import { productOf, type StockedProductRow, selectStockedProducts, stockedProductColumns } from '../rows.ts';
import { type Accents, productText } from '../search/query.ts';
import { type Condition, createSelect, olderThan } from '../select.ts';
import { createChangeProduct } from './change.ts';
import { createUpsertProducts } from './upsert.ts';

export const createProducts = (connection: Connection, world: World): Products => {
  const { runStatement, client, read, write } = connection;
  const upsert = createUpsertProducts(connection, world);
  const change = createChangeProduct(connection);
  const list = createListProducts(connection);
  const byId = client.prepare<[string], StockedProductRow>(`${selectStockedProducts} where p.id = ?`);
  return {
    upsert: async (drafts, nowMs, existing, command) =>
      write(() => upsert(drafts, nowMs, existing, command)).andThen((result) => result),
    change: async (id, changes, nowMs, command) =>
      write(() => change(id, changes, nowMs, command)).andThen((result) => result),
    find: async (id) =>
      runStatement(() => {
        const row = byId.get(id);
        return row === undefined ? null : productOf(row);
      }),
    list: async (query) => read(() => list(query)),
  };
};

const createListProducts = ({ client }: Connection) => {
  const select = createSelect<StockedProductRow>(client);

  const listAll = ({ type, archived, after, limit }: ProductQuery): readonly StockedProductRow[] =>
    select(
      selectStockedProducts,
      [...isArchived(archived), ...ofType(type), ...olderThan('product', 'p.position', after?.id ?? null)],
      'p.position desc',
      limit + 1,
    );

  /** The matches whose accents are as typed, or all other matches. */
  const searchTier = (
    { type, archived = false }: ProductQuery,
    search: SearchQuery,
    accents: Accents,
    after: string | null,
    limit: number,
  ): readonly StockedProductRow[] =>
    select(
      `select ${stockedProductColumns} from product_search s cross join product p on p.position = s.rowid
       cross join stock on stock.product_id = p.id`,
      [
        ['s.product_search match ?', productText(search, accents, archived)],
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

/** Not bound, so that each list has a plan of its own. */
const isArchived = (archived = false): readonly Condition[] => [[`p.archived = ${archived ? 1 : 0}`]];

const ofType = (type: string | null): Condition[] => (type === null ? [] : [['p.type = ?', type]]);
