import { foldVersion } from '../../../core/search.ts';
import type { Transaction } from '../connection.ts';
import { storedTokens } from './tokens.ts';

/** By which version of core's function the stored words were made; null in a new database. */
export const readFoldVersion = async (tx: Transaction): Promise<number | null> =>
  (await tx<{ version: number }[]>`select version from fold`)[0]?.version ?? null;

/** Makes the words of all products and labels anew, gives them to the orders, and notes our version. */
export const rebuildSearch = async (tx: Transaction): Promise<void> => {
  await eachBatch<string>(
    '00000000-0000-0000-0000-000000000000',
    (after) =>
      tx<
        Named<string>[]
      >`select id, name, code from product where id > ${after} order by id limit ${batchMax}`,
    (ids, words) => tx`
      update product p set name_unaccent = w.folded, name_exact = w.exact
      from unnest(
        ${ids}::uuid[],
        ${words.map(({ folded }) => folded)}::text[],
        ${words.map(({ exact }) => exact)}::text[]
      ) as w(id, folded, exact)
      where p.id = w.id`,
  );
  await eachBatch<number>(
    0,
    (after) => namesOfLabels(tx, after),
    (ids, words) => tx`
      update label l set name_unaccent = w.folded
      from unnest(${ids}::integer[], ${words.map(({ folded }) => folded)}::text[]) as w(id, folded)
      where l.id = w.id`,
  );
  await tx`update order_name n set name_vector = l.name_vector from label l where l.id = n.label_id`;
  await tx`update order_ended e set name_vector = l.name_vector from label l where l.id = e.label_id`;
  await storeFoldVersion(tx);
};

export const storeFoldVersion = async (tx: Transaction): Promise<void> => {
  await tx`delete from fold`;
  await tx`insert into fold (version) values (${foldVersion})`;
};

/** As any order under a label has them, or the product that is to be ordered under it. No other label is asked. */
const namesOfLabels = (tx: Transaction, after: number) => tx<Named<number>[]>`
  select l.id, coalesce(o.product_name, p.name, '') as name, coalesce(o.product_code, p.code, '') as code
  from label l left join product p on p.label_id = l.id left join lateral (
    select o.product_name, o.product_code from order_name n join orders o on o.id = n.order_id
    where n.label_id = l.id limit 1
  ) as o on true
  where l.id > ${after} order by l.id limit ${batchMax}`;

/** Rows that are in memory at a time. */
const batchMax = 1000;

type Named<Id> = { readonly id: Id; readonly name: string; readonly code: string };

const eachBatch = async <Id>(
  first: Id,
  read: (after: Id) => PromiseLike<readonly Named<Id>[]>,
  write: (ids: Id[], words: readonly ReturnType<typeof storedTokens>[]) => PromiseLike<unknown>,
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
