import { foldVersion } from '../../../core/search.ts';
import type { Transaction } from '../connection.ts';
import { storedTokens } from './tokens.ts';

/** The version of core's fold that made the stored tokens; null in a new database. */
export const readFoldVersion = async (tx: Transaction): Promise<number | null> =>
  (await tx<{ version: number }[]>`select version from search_version`)[0]?.version ?? null;

/** Rebuilds the tokens of all products and product snapshots, copies them to the orders, and stores our version. */
export const rebuildSearch = async (tx: Transaction): Promise<void> => {
  await eachBatch<string>(
    '00000000-0000-0000-0000-000000000000',
    (after) =>
      tx<
        NamedRow<string>[]
      >`select id, name, code from product where id > ${after} order by id limit ${batchMax}`,
    (ids, tokens) => tx`
      update product p set name_unaccent = t.folded, name_exact = t.exact
      from unnest(
        ${ids}::uuid[],
        ${tokens.map(({ folded }) => folded)}::text[],
        ${tokens.map(({ exact }) => exact)}::text[]
      ) as t(id, folded, exact)
      where p.id = t.id`,
  );
  await eachBatch<number>(
    0,
    (after) => readSnapshotNames(tx, after),
    (ids, tokens) => tx`
      update product_snapshot s set name_unaccent = t.folded
      from unnest(${ids}::integer[], ${tokens.map(({ folded }) => folded)}::text[]) as t(id, folded)
      where s.id = t.id`,
  );
  await tx`
    update order_search n set name_vector = s.name_vector from product_snapshot s where s.id = n.snapshot_id`;
  await tx`
    update order_ended e set name_vector = s.name_vector from product_snapshot s where s.id = e.snapshot_id`;
  await storeFoldVersion(tx);
};

export const storeFoldVersion = async (tx: Transaction): Promise<void> => {
  await tx`delete from search_version`;
  await tx`insert into search_version (version) values (${foldVersion})`;
};

/**
 * The names and codes of snapshots: those of any order that refers to the snapshot, otherwise those of the product. A
 * snapshot that has neither is never searched.
 */
const readSnapshotNames = (tx: Transaction, after: number) => tx<NamedRow<number>[]>`
  select s.id, coalesce(o.product_name, p.name, '') as name, coalesce(o.product_code, p.code, '') as code
  from product_snapshot s left join product p on p.snapshot_id = s.id left join lateral (
    select o.product_name, o.product_code from order_search n join orders o on o.id = n.order_id
    where n.snapshot_id = s.id limit 1
  ) as o on true
  where s.id > ${after} order by s.id limit ${batchMax}`;

/** The maximum number of rows that are in memory at a time. */
const batchMax = 1000;

type NamedRow<Id> = { readonly id: Id; readonly name: string; readonly code: string };

const eachBatch = async <Id>(
  first: Id,
  read: (after: Id) => PromiseLike<readonly NamedRow<Id>[]>,
  write: (ids: Id[], tokens: readonly ReturnType<typeof storedTokens>[]) => PromiseLike<unknown>,
): Promise<void> => {
  let after = first;
  for (;;) {
    const rows = await read(after);
    const last = rows.at(-1);
    if (last === undefined) return;
    await write(
      rows.map(({ id }) => id),
      rows.map(({ name, code }) => storedTokens(name, code)),
    );
    after = last.id;
  }
};
