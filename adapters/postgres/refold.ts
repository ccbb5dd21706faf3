import { foldVersion } from '../../core/search.ts';
import type { Transaction } from './connection.ts';
import { storedWords } from './words.ts';

/** By which version of core's function the stored words were made; null in a new database. */
export const storedFoldVersion = async (tx: Transaction): Promise<number | null> =>
  (await tx<{ version: number }[]>`select version from fold`)[0]?.version ?? null;

/** Makes the words of all products and orders anew, and notes our version. */
export const refold = async (tx: Transaction): Promise<void> => {
  await eachBatch(
    (after) => tx<Named[]>`
      select id, name, code from product where id > ${after} order by id limit ${batchMax}`,
    (ids, words) => tx`
      update product p set name_unaccent = w.folded, name_exact = w.exact
      from unnest(
        ${ids}::uuid[],
        ${words.map(({ folded }) => folded)}::text[],
        ${words.map(({ exact }) => exact)}::text[]
      ) as w(id, folded, exact)
      where p.id = w.id`,
  );
  await eachBatch(
    (after) => tx<Named[]>`
      select id, product_name as name, product_code as code from orders
      where id > ${after} order by id limit ${batchMax}`,
    (ids, words) => tx`
      update order_name n set name_unaccent = w.folded
      from unnest(${ids}::uuid[], ${words.map(({ folded }) => folded)}::text[]) as w(id, folded)
      where n.order_id = w.id`,
  );
  await noteFoldVersion(tx);
};

export const noteFoldVersion = async (tx: Transaction): Promise<void> => {
  await tx`delete from fold`;
  await tx`insert into fold (version) values (${foldVersion})`;
};

/** Rows that are in memory at a time. */
const batchMax = 1000;

type Named = { readonly id: string; readonly name: string; readonly code: string };

const eachBatch = async (
  read: (after: string) => Promise<readonly Named[]>,
  write: (ids: string[], words: readonly ReturnType<typeof storedWords>[]) => Promise<unknown>,
): Promise<void> => {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await read(after);
    const last = rows.at(-1);
    if (last === undefined) return;
    await write(
      rows.map(({ id }) => id),
      rows.map(({ name, code }) => storedWords(name, code)),
    );
    after = last.id;
  }
};
