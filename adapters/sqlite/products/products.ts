import { err, ok } from 'neverthrow';
import { pageOf } from '../../../core/page.ts';
import type { ProductKey, ProductQuery, Products } from '../../../core/product.ts';
import type { AsyncResult } from '../../../core/result.ts';
import type { SearchQuery } from '../../../core/search.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import { productOf, type StockedProductRow, selectStockedProducts, stockedProductColumns } from '../rows.ts';
import { type Accents, productMatch } from '../search/query.ts';
import type { RunScan } from '../search/slices.ts';
import { type Condition, createSelect, olderThan } from '../select.ts';
import { createChangeProduct } from './change.ts';
import { createUpsertProducts } from './upsert.ts';

export const createProducts = (
  connection: Connection,
  world: World,
  scan: RunScan,
  indexNoted: () => AsyncResult<void>,
): Products => {
  const { runStatement, client, write } = connection;
  const upsert = createUpsertProducts(connection, world);
  const change = createChangeProduct(connection);
  const list = createListProducts(connection, scan);
  const byId = client.prepare<[string], StockedProductRow>(`${selectStockedProducts} where p.id = ?`);
  return {
    upsert: async (drafts, nowMs, existing, command) => {
      const written = write(() => upsert(drafts, nowMs, existing, command)).andThen((result) => result);
      if (written.isErr()) return written;
      return (await indexNoted()).andThen(() => written);
    },
    change: async (id, changes, nowMs, command) =>
      write(() => change(id, changes, nowMs, command)).andThen((result) => result),
    find: async (id) =>
      runStatement(() => {
        const row = byId.get(id);
        return row === undefined ? null : productOf(row);
      }),
    list,
  };
};

const createListProducts = ({ client, read }: Connection, scan: RunScan): Products['list'] => {
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
    before: string | null,
    limit: number,
  ): AsyncResult<readonly StockedProductRow[]> =>
    scan({
      table: 'product',
      customerId: null,
      search,
      before,
      since: null,
      limit,
      read: (window, rowsMax) =>
        select(
          `select ${stockedProductColumns} from product_search s cross join product p on p.position = s.rowid
           cross join stock on stock.product_id = p.id`,
          [...productMatch(search, accents, archived, window), ...ofType(type)],
          's.rowid desc',
          rowsMax,
        ),
    });

  /** Tier 1 has the accents as typed and comes first. */
  const listMatches = async (query: ProductQuery, search: SearchQuery): AsyncResult<readonly RankedRow[]> => {
    const { after, limit } = query;
    const best =
      after === null || after.tier > 0
        ? await searchTier(query, search, 'as typed', after?.id ?? null, limit + 1)
        : ok([]);
    if (best.isErr()) return err(best.error);
    const ranked = best.value.map((row) => ({ row, tier: 1 }));
    const rest = limit + 1 - ranked.length;
    if (rest <= 0) return ok(ranked);
    const afterRest = after?.tier === 0 ? after.id : null;
    const others = await searchTier(query, search, 'different', afterRest, rest);
    // A product that was renamed between two slices may be in both tiers.
    const ids = new Set(ranked.map(({ row }) => row.id));
    return others.map((rows) => [
      ...ranked,
      ...rows.filter(({ id }) => !ids.has(id)).map((row) => ({ row, tier: 0 })),
    ]);
  };

  return async (query) => {
    const rows =
      query.search === null
        ? read(() => listAll(query).map((row): RankedRow => ({ row, tier: 0 })))
        : await listMatches(query, query.search);
    return rows.map((ranked) => {
      const page = pageOf(ranked, query.limit, ({ row, tier }): ProductKey => ({ tier, id: row.id }));
      return { items: page.items.map(({ row }) => productOf(row)), next: page.next };
    });
  };
};

type RankedRow = { readonly row: StockedProductRow; readonly tier: number };

/** Not bound, so that each list has a plan of its own. */
const isArchived = (archived = false): readonly Condition[] => [[`p.archived = ${archived ? 1 : 0}`]];

const ofType = (type: string | null): Condition[] => (type === null ? [] : [['p.type = ?', type]]);
