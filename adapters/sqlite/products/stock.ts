import type { Connection } from '../connection.ts';

/**
 * Overwrites the units that are left, in the caller's transaction. `undefined` leaves them alone. What is put in or
 * taken out is counted as delivered.
 */
export const createSetStock = ({ client }: Connection) => {
  const upsert = client.prepare<[string, 0 | 1, number, number]>(
    `insert into stock as s (product_id, limited, units, delivered) values (?, ?, ?, ?)
     on conflict (product_id) do update set limited = excluded.limited,
       units = case when excluded.limited = 1 then excluded.units else s.units end,
       delivered = case when excluded.limited = 1 then s.delivered + excluded.units - s.units else s.delivered end`,
  );
  return (productId: string, stock: number | null | undefined): void => {
    if (stock !== undefined) upsert.run(productId, stock === null ? 0 : 1, stock ?? 0, stock ?? 0);
  };
};
