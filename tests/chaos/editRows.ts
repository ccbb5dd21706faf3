import type { Shop } from './healthyRows.ts';

/** Changes the row with that id. */
export const edit = <Row extends object>(rows: Row[], id: string, change: Partial<Row>, key = 'id'): void => {
  const index = rows.findIndex((row) => Reflect.get(row, key) === id);
  const row = rows[index];
  if (row === undefined) throw new Error(`no row has the id ${id}`);
  rows[index] = { ...row, ...change };
};

/** Appends a changed copy of the first row that has the order. */
export const appendCopy = <Row extends { orderIds: readonly string[] } | { orderId: string | null }>(
  rows: Row[],
  orderId: string,
  change: Partial<Row>,
): void => {
  const row = rows.find((each) =>
    'orderIds' in each ? each.orderIds.includes(orderId) : each.orderId === orderId,
  );
  if (row === undefined) throw new Error(`no row is of order ${orderId}`);
  rows.push({ ...row, ...change });
};

export const indexOfState = (history: Shop['history'], id: string, state: string): number => {
  const index = history.findIndex((row) => row.orderId === id && row.state === state);
  if (index < 0) throw new Error(`order ${id} has no state ${state}`);
  return index;
};

export const removeState = (history: Shop['history'], id: string, state: string): void => {
  history.splice(indexOfState(history, id, state), 1);
};

export const removeStates = (history: Shop['history'], id: string, ...names: readonly string[]): void => {
  for (const name of names) removeState(history, id, name);
};

export const replaceState = (history: Shop['history'], id: string, state: string, other: string): void => {
  const index = indexOfState(history, id, state);
  history.splice(index, 1, { orderId: id, seq: seqAt(history, index), state: other, atMs: 0, detail: null });
};

/** Inserts the state `other` before `state` and raises `seq` of the later rows. */
export const insertStateBefore = (
  history: Shop['history'],
  id: string,
  state: string,
  other: string,
): void => {
  const index = indexOfState(history, id, state);
  const seq = seqAt(history, index);
  const later = history.slice(index).map((row) => (row.orderId === id ? { ...row, seq: row.seq + 1 } : row));
  history.splice(index, later.length, { orderId: id, seq, state: other, atMs: 0, detail: null }, ...later);
};

const seqAt = (history: Shop['history'], index: number): number => history[index]?.seq ?? 0;
