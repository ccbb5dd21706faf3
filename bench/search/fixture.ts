import connect from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { insertOrders } from '../../tests/postgres/volume.ts';
import type { Bench } from '../row.ts';

/** A database with orders. */
export type SearchFixture = {
  readonly name: string;
  readonly url: string;
  readonly orders: number;
  readonly products: number;
};

export const createSearchFixture = async (bench: Bench, orders: number): Promise<SearchFixture> => {
  const postgres = await bench.postgres();
  const name = `bench_search_${orders}`;
  const url = await postgres.create(name);
  const store = await openPostgresStore(createSystemWorld(), { url, poolSize: 1 });
  await store.close();
  bench.progress(`writing ${orders.toLocaleString('en')} orders`);
  await insertOrders(url, orders);
  return { name, url, orders, products: orders / 20 };
};

/** Copies the orders into tables with the index of each peer. */
export const createPeerTables = async (bench: Bench, { url }: SearchFixture): Promise<void> => {
  bench.progress('copying the orders for the peers');
  const sql = connect(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`
    create table gin_orders as
      select o.*, n.name_vector from orders o join order_search n on n.order_id = o.id order by o.id;
    alter table gin_orders add primary key (id);
    create index on gin_orders using gin (name_vector) with (fastupdate = off);
    create extension pg_trgm;
    create table trgm_orders as
      select o.*, ' ' || l.name_unaccent || ' ' as name
      from orders o join order_search n on n.order_id = o.id join product_snapshot l on l.id = n.snapshot_id
      order by o.id;
    alter table trgm_orders add primary key (id);
    create index on trgm_orders using gin (name gin_trgm_ops) with (fastupdate = off);`);
  await sql`vacuum analyze`;
  await sql.end();
};
