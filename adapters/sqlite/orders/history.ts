import type Database from 'better-sqlite3';

/** Appends one row to the history of an order. */
export type AppendHistory = (
  orderId: string,
  row: {
    readonly seq: number;
    readonly state: string;
    readonly detail?: string | null;
    /** The row `stock_reserved` follows, under the next number. */
    readonly reserved?: boolean;
  },
  atMs: number,
) => void;

export const createAppendHistory = (client: Database.Database): AppendHistory => {
  const insert = client.prepare<[string, number, string, number, string | null, number]>(
    'insert into order_state (order_id, seq, state, at_ms, detail, reserved) values (?, ?, ?, ?, ?, ?)',
  );
  return (orderId, { seq, state, detail = null, reserved = false }, atMs) => {
    insert.run(orderId, seq, state, atMs, detail, Number(reserved));
  };
};
