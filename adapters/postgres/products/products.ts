import { and, desc, eq, getTableColumns, lt, sql as raw, type SQL } from 'drizzle-orm';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { err, ok, type Result } from 'neverthrow';
import type { OperatorCommand } from '../../../core/activity.ts';
import { pageOf } from '../../../core/page.ts';
import type {
  ProductDraft,
  ProductKey,
  ProductQuery,
  Products,
  StockMissing,
} from '../../../core/product.ts';
import { completeDrafts, productTarget } from '../../../core/productChange.ts';
import type { World } from '../../../core/world.ts';
import { foldInSlices } from '../../stored/foldInSlices.ts';
import { writeActivity } from '../activity/activity.ts';
import { inTransaction, type Sql, type Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { type ProductRow, productOf } from '../rows.ts';
import { product } from '../schema.ts';
import { exactQuery, foldedQuery } from '../search/query.ts';
import { storedTokens } from '../search/tokens.ts';
import { change } from './change.ts';
import { setStock, unitsLeft } from './stock.ts';

export const createProducts = (sql: Sql, db: PostgresJsDatabase, world: World): Products => {
  const byId = db
    .select(columns)
    .from(product)
    .where(eq(product.id, raw.placeholder('id')))
    .prepare('product_by_id');
  return {
    upsert: async (drafts, nowMs, existing, command) => {
      // Before the transaction, so that it holds no lock while other requests are served.
      const tokens = await foldDrafts(drafts, world);
      for (;;)
        try {
          return (
            await inTransaction(sql, (tx) => upsert(tx, world, tokens, drafts, nowMs, existing, command))
          ).andThen((result) => result);
        } catch (cause) {
          if (!(cause instanceof ProductAppeared)) throw cause;
        }
    },
    change: async (id, changes, nowMs, command) =>
      (await inTransaction(sql, (tx) => change(tx, id, changes, nowMs, command))).andThen((result) => result),
    find: (id) =>
      orUnavailable(async () => {
        const [row] = await byId.execute({ id });
        return row === undefined ? null : productOf(row);
      }),
    list: (query) => orUnavailable(() => list(db, query)),
  };
};

/** The columns of a `ProductRow`. */
const columns = { ...getTableColumns(product), stock: unitsLeft };

/**
 * Another transaction has created a product after we looked for it. Our draft was completed as that of a new product, so
 * it would undo what it leaves alone. The transaction rolls back and runs again, on the product.
 */
class ProductAppeared extends Error {}

type Tokens = ReturnType<typeof storedTokens>;

/** The tokens of each draft. */
const foldDrafts = async (
  drafts: readonly ProductDraft[],
  { yieldToEventLoop }: World,
): Promise<ReadonlyMap<string, Tokens>> => {
  const byCode = new Map(drafts.map((draft) => [draft.code, draft]));
  const folded = await foldInSlices(
    [...byCode.values()],
    ({ name, code }) => name.length + code.length,
    ({ name, code }) => [code, storedTokens(name, code)] as const,
    yieldToEventLoop,
  );
  return new Map(folded);
};

const upsert = async (
  tx: Transaction,
  world: World,
  tokens: ReadonlyMap<string, Tokens>,
  drafts: readonly ProductDraft[],
  nowMs: number,
  existing: 'replace' | 'keep',
  command?: OperatorCommand,
): Promise<Result<{ readonly created: number; readonly updated: number }, StockMissing>> => {
  const byCode = new Map(drafts.map((draft) => [draft.code, draft]));
  const known = await lockProducts(tx, [...byCode.keys()]);
  const completed = completeDrafts([...byCode.values()], known);
  if (completed.isErr()) return err(completed.error);
  const rows = completed.value.map((draft) => ({
    ...draft,
    ...(tokens.get(draft.code) ?? storedTokens(draft.name, draft.code)),
    id: world.ids.next(nowMs),
  }));
  const written = await tx<{ id: string; code: string; created: boolean }[]>`
    with draft as materialized (
      select d.*, coalesce(p.snapshot_id, nextval(pg_get_serial_sequence('product_snapshot', 'id'))) as snapshot_id,
        p.snapshot_id is null as is_new
      from unnest(
        ${rows.map(({ id }) => id)}::uuid[],
        ${rows.map(({ code }) => code)}::text[],
        ${rows.map(({ name }) => name)}::text[],
        ${rows.map(({ type }) => type)}::text[],
        ${rows.map(({ price }) => price.amount)}::bigint[],
        ${rows.map(({ price }) => price.currency)}::text[],
        ${rows.map(({ imageUrl }) => imageUrl)}::text[],
        ${rows.map(({ folded }) => folded)}::text[],
        ${rows.map(({ exact }) => exact)}::text[]
      ) as d(id, code, name, type, amount, currency, image_url, folded, exact)
      left join product p on p.code = d.code and (${existing === 'keep'} or (p.name, p.type) = (d.name, d.type))
    ), new_snapshot as (
      insert into product_snapshot (id, type, name_unaccent) overriding system value
      select snapshot_id, type, folded from draft where is_new
    )
    insert into product as p
      (id, code, name, type, amount, currency, image_url, created_ms, updated_ms, name_unaccent, name_exact,
        snapshot_id)
    select id, code, name, type, amount, currency, image_url, ${nowMs}::bigint, ${nowMs}::bigint, folded, exact,
      snapshot_id
    from draft
    order by code
    on conflict (code) do update set
      name = excluded.name, type = excluded.type, amount = excluded.amount, currency = excluded.currency,
      image_url = excluded.image_url, updated_ms = excluded.updated_ms,
      name_unaccent = excluded.name_unaccent, name_exact = excluded.name_exact, snapshot_id = excluded.snapshot_id
    where ${existing === 'replace'}
    returning id, code, (xmax = 0) as created`;
  if (written.some(({ code, created }) => !created && !known.has(code))) throw new ProductAppeared();
  await setStock(
    tx,
    written.map(({ id, code }) => ({ productId: id, stock: byCode.get(code)?.stock })),
  );
  const targets = written.flatMap(({ id, code }) => {
    const draft = byCode.get(code);
    return draft === undefined ? [] : [productTarget(id, draft)];
  });
  await writeActivity(tx, command, 'product.upsert', targets, nowMs);
  const created = written.filter((row) => row.created).length;
  return ok({ created, updated: written.length - created });
};

/**
 * The products with these codes, locked so that what a draft leaves alone stays true. They are locked by code, as the
 * insert locks them: concurrent upserts of the same new codes deadlock otherwise. Nothing else locks two products.
 */
const lockProducts = async (tx: Transaction, codes: readonly string[]) => {
  const rows = await tx<Pick<ProductRow, 'code' | 'imageUrl'>[]>`
    select code, image_url as "imageUrl" from product where code = any(${[...codes]}::text[])
    order by code for no key update`;
  return new Map(rows.map((row) => [row.code, row]));
};

const list = async (db: PostgresJsDatabase, { search, type, archived, after, limit }: ProductQuery) => {
  const tier =
    search === null ? raw<number>`0` : raw<number>`(name_vector @@ ${exactQuery(search)}::tsquery)::integer`;
  const rows = await db
    .select({ row: columns, tier: tier.as('tier') })
    .from(product)
    .where(
      and(
        // Not bound: the planner uses a partial index only if it sees the value.
        archived === true ? raw`archived` : raw`not archived`,
        search === null ? undefined : raw`name_vector @@ ${foldedQuery(search)}::tsquery`,
        type === null ? undefined : eq(product.type, type),
        after === null ? undefined : isAfterKey(tier, after, search !== null),
      ),
    )
    .orderBy(...(search === null ? [desc(product.id)] : [desc(raw`tier`), desc(product.id)]))
    .limit(limit + 1);
  const page = pageOf(rows, limit, (each): ProductKey => ({ tier: each.tier, id: each.row.id }));
  return { items: page.items.map(({ row }) => productOf(row)), next: page.next };
};

const isAfterKey = (tier: SQL<number>, after: ProductKey, ranked: boolean): SQL =>
  ranked ? raw`(${tier}, ${product.id}) < (${after.tier}, ${after.id}::uuid)` : lt(product.id, after.id);
