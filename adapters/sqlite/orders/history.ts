import type Database from 'better-sqlite3';

/** Appends one row to the history of an order. */
export type AppendHistory = (
  orderId: string,
  row: { readonly seq: number; readonly state: string; readonly detail?: string | null },
  atMs: number,
) => void;

export const createAppendHistory = (client: Database.Database): AppendHistory => {
  const insert = client.prepare<[string, number, string, number, string | null]>(
    'insert into order_state (order_id, seq, state, at_ms, detail) values (?, ?, ?, ?, ?)',
  );
  return (orderId, { seq, state, detail = null }, atMs) => {
    insert.run(orderId, seq, state, atMs, detail);
  };
};
