import type Database from 'better-sqlite3';

/**
 * Left between the positions of two new rows, so that one that comes late, from another process or after the
 * clock went back, finds room between them.
 */
const stride = 8;

/**
 * Keeps the positions of a table's rows in the order of their ids. Answers where the row with a new id goes;
 * it must be inserted, with its words, before the next is asked for.
 */
export const createRowPositions = (
  client: Database.Database,
  table: 'orders' | 'product',
  words: 'order_name' | 'product_name',
): ((id: string) => number) => {
  type Place = { readonly id: string; readonly position: number };
  const newest = client.prepare<[], Place>(
    `select id, position from ${table} order by position desc limit 1`,
  );
  const below = client
    .prepare<[string], number>(`select position from ${table} where id < ? order by id desc limit 1`)
    .pluck();
  const above = client
    .prepare<[string], number>(`select position from ${table} where id > ? order by id limit 1`)
    .pluck();
  const isTaken = client.prepare<[number], number>(`select 1 from ${table} where position = ?`).pluck();
  const moveRow = client.prepare<[number]>(`update ${table} set position = position + 1 where position = ?`);
  const moveWords = client.prepare<[number]>(`update ${words} set rowid = rowid + 1 where rowid = ?`);

  /** Moves the row at `position`, and those that stand right behind it, on by one. */
  const makeRoomAt = (position: number): void => {
    let free = position + 1;
    while (isTaken.get(free) !== undefined) free++;
    for (let at = free - 1; at >= position; at--) {
      moveRow.run(at);
      moveWords.run(at);
    }
  };

  return (id) => {
    const last = newest.get();
    if (last === undefined) return 0;
    if (id > last.id) return last.position + stride;
    const next = above.get(id);
    if (next === undefined) throw new Error(`there is a row ${id} already`);
    const previous = below.get(id) ?? next - 2 * stride;
    if (next - previous === 1) {
      makeRoomAt(next);
      return next;
    }
    return Math.floor((previous + next) / 2);
  };
};
