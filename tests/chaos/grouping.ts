/** Rows by their one key. */
export const by = <Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): ReadonlyMap<Key, Row> =>
  new Map(rows.map((row) => [keyOf(row), row]));

/** Rows that share a key. */
export const groupBy = <Row, Key>(
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): ReadonlyMap<Key, readonly Row[]> => Map.groupBy(rows, keyOf);

/** The keys that more than one row has. */
export const doubles = <Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): readonly Key[] =>
  [...groupBy(rows, keyOf)].filter(([, shared]) => shared.length > 1).map(([key]) => key);
