import type Database from 'better-sqlite3';

/**
 * The gap between the positions of two new rows. A row that arrives late, from another process or after the clock
 * went back, fits between them.
 */
export const rowStride = 8;

/** Before all positions. A row that is older than the first one of its table has a position below 0. */
export const firstPosition = -Number.MAX_SAFE_INTEGER;

/**
 * Keeps the positions of a table's rows in the order of their ids. The created function returns the position for a new
 * id. The caller must insert that row, and its search tokens if it writes them at that position, before it asks for the
 * next position. Throws if the id exists.
 */
export const createRowPositions = (
  client: Database.Database,
  table: 'orders' | 'product',
  searchTable: 'order_search' | 'product_search',
): ((id: string) => number) => {
  type Row = { readonly id: string; readonly position: number };
  const newest = client.prepare<[], Row>(`select id, position from ${table} order by position desc limit 1`);
  const below = client
    .prepare<[string], number>(`select position from ${table} where id < ? order by id desc limit 1`)
    .pluck();
  const above = client
    .prepare<[string], number>(`select position from ${table} where id > ? order by id limit 1`)
    .pluck();
  const isTaken = client.prepare<[number], number>(`select 1 from ${table} where position = ?`).pluck();
  const moveRow = client.prepare<[number]>(`update ${table} set position = position + 1 where position = ?`);
  const moveTokens = client.prepare<[number]>(`update ${searchTable} set rowid = rowid + 1 where rowid = ?`);

  /** Moves the row at `position`, and the rows that follow it without a gap, up by one. */
  const makeRoomAt = (position: number): void => {
    let free = position + 1;
    while (isTaken.get(free) !== undefined) free++;
    for (let at = free - 1; at >= position; at--) {
      moveRow.run(at);
      moveTokens.run(at);
    }
  };

  return (id) => {
    const last = newest.get();
    if (last === undefined) return 0;
    if (id > last.id) return last.position + rowStride;
    const next = above.get(id);
    if (next === undefined) throw new Error(`the row ${id} already exists`);
    const previous = below.get(id) ?? next - 2 * rowStride;
    if (next - previous === 1) {
      makeRoomAt(next);
      return next;
    }
    return Math.floor((previous + next) / 2);
  };
};
