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
