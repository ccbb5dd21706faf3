/** One page of a list. `next` is the sort key of the last row, to be given back as `after`; null at the end. */
export type Page<Row, Key> = { readonly items: readonly Row[]; readonly next: Key | null };

/**
 * Cuts a page from rows read with `limit + 1`: the row too many only tells that there is more.
 */
export const pageOf = <Row, Key>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => Key,
): Page<Row, Key> => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? keyOf(last) : null };
};
