/** Rows by a unique key. */
export const indexBy = <Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): ReadonlyMap<Key, Row> =>
  new Map(rows.map((row) => [keyOf(row), row]));

export const groupBy = <Row, Key>(
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): ReadonlyMap<Key, readonly Row[]> => Map.groupBy(rows, keyOf);

/** The keys that more than one row has. */
export const duplicates = <Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): readonly Key[] =>
  [...groupBy(rows, keyOf)].filter(([, rowsOfKey]) => rowsOfKey.length > 1).map(([key]) => key);
