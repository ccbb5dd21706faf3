import connect from 'postgres';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import { fillWithOrders } from '../../tests/postgres/volume.ts';
import type { Bench } from '../row.ts';

/** A database full of orders. */
export type Floor = {
  readonly name: string;
  readonly url: string;
  readonly orders: number;
  readonly products: number;
};

export const searchFloor = async (bench: Bench, orders: number): Promise<Floor> => {
  const postgres = await bench.postgres();
  const name = `bench_search_${orders}`;
  const url = await postgres.create(name);
  const store = await postgresStore(systemWorld(), { url, poolSize: 1 });
  await store.close();
  bench.say(`writing ${orders.toLocaleString('en')} orders`);
  await fillWithOrders(url, orders);
  return { name, url, orders, products: orders / 20 };
};

/** The same orders once more, as each peer keeps them. */
export const peersFloor = async (bench: Bench, { url }: Floor): Promise<void> => {
  bench.say('writing them again for the peers');
  const sql = connect(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`
    create table gin_orders as
      select o.*, n.name_vector from orders o join order_name n on n.order_id = o.id order by o.id;
    alter table gin_orders add primary key (id);
    create index on gin_orders using gin (name_vector) with (fastupdate = off);
    create extension pg_trgm;
    create table trgm_orders as
      select o.*, ' ' || l.name_unaccent || ' ' as name
      from orders o join order_name n on n.order_id = o.id join label l on l.id = n.label_id order by o.id;
    alter table trgm_orders add primary key (id);
    create index on trgm_orders using gin (name gin_trgm_ops) with (fastupdate = off);`);
  await sql`vacuum analyze`;
  await sql.end();
};
