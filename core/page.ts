/**
 * One page of a list. `next` is the sort key of the page's last row: pass it as `after` to read the next page. It is
 * null on the last page.
 */
export type Page<Row, Key> = { readonly items: readonly Row[]; readonly next: Key | null };

/** Builds a page from rows that were read with `limit + 1`. The extra row only shows that there is another page. */
export const pageOf = <Row, Key>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => Key,
): Page<Row, Key> => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? keyOf(last) : null };
};
