import postgres from 'postgres';

/** When the oldest order was placed, ms since the epoch. */
export const firstOrderMs = Date.UTC(2025, 0, 1);
/** The time between two orders. */
export const orderIntervalMs = 10_000;

/** The share of the products that are no longer sold. Their orders are the oldest, and the same share of all orders. */
const oldShare = 0.3;

/**
 * Fills an empty database with orders, twenty for each product unless `products` says otherwise. It is faster than the
 * ports, and writes the same rows as they would. The number of a product decides which tokens its name has:
 *
 * token | products that have it | orders, of 1,000,000
 * ---|---|---
 * `loai0` … `loai2` | every third | 333,000
 * `hieu0` … `hieu99` | every hundredth | 10,000
 * `ma0`, `ma1`, … | ten | 200
 * `xua0` … `xua29` | every thirtieth that is no longer sold | 10,000, all in the oldest 30 %
 * `cu` | every one that is no longer sold | 300,000, all in the oldest 30 %
 * the pairs of `ノートパソコン` | every hundredth | 10,000
 * the pairs of `ノート` | all | 1,000,000
 */
export const insertOrders = async (url: string, orders: number, products = orders / 20): Promise<void> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const oldest = Math.round(products * (1 - oldShare));
  try {
    await sql.begin(async (tx) => {
      // Without checks of foreign keys, a million times, and without triggers.
      await tx`set local session_replication_role = replica`;
      await tx`
        create temporary table stocked on commit drop as select k, 'P-' || k as code,
          case when k % 200 = 5 then 'service' when k % 4 = 1 then 'digital' else 'physical' end as type,
          format('loai%s hieu%s ma%s%s tay dai', k % 3, k % 100, k / 10,
            case when k >= ${oldest}::integer then ' cu xua' || k % 30 end) as words,
          case when k % 100 = 7 then 'ノートパソコン' else 'ノート' end as unspaced,
          case when k % 100 = 7 then 'ノー ート トパ パソ ソコ コン ン' else 'ノー ート ト' end as pairs
        from generate_series(0, ${products - 1}::integer) as k`;
      await tx`
        alter table stocked add name text generated always as (words || ' ' || unspaced) stored,
          add folded text generated always as (words || ' ' || pairs || '  p ' || k) stored`;
      await tx`
        insert into product_snapshot (id, type, name_unaccent) overriding system value
        select k + 1, type, folded from stocked order by k`;
      await tx`
        insert into product (id, code, name, type, amount, currency, created_ms, updated_ms, name_unaccent, name_exact, snapshot_id)
        select md5('product' || k)::uuid, code, name, type, 250000, 'VND', ${firstOrderMs}::bigint, ${firstOrderMs}::bigint,
          folded, '', k + 1 from stocked`;
      await tx`
        create temporary table sold on commit drop as select
          (lpad(to_hex(${firstOrderMs}::bigint + n * ${orderIntervalMs}::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
            || '8' || substr(md5(n::text), 4, 15))::uuid as id,
          ${firstOrderMs}::bigint + n * ${orderIntervalMs}::bigint as at_ms,
          case when n < ${orders * oldShare}::float8
            then ${oldest}::integer + mod(abs(hashint8(n)::bigint), ${products - oldest}::integer)
            else mod(abs(hashint8(n)::bigint), ${oldest}::integer) end as k,
          'customer-' || mod(abs(hashint8(n + 1)::bigint), ${orders / 50}::integer) as customer_id,
          case when n % 5000 = 77 then 'refunded' when n % 300 = 7 then 'failed' when n % 30 = 3 then 'cancelled'
            when n % 20 = 4 then 'pending' else 'completed' end as status
        from generate_series(0, ${orders - 1}::bigint) as n`;
      await tx`
        insert into orders (id, customer_id, email, language, product_id, product_code, product_name, product_type,
          quantity, amount, currency, status, seq, expires_ms, created_ms, updated_ms)
        select s.id, s.customer_id, 'shopper@example.com', 'vi', md5('product' || s.k)::uuid, p.code, p.name, p.type,
          1, 250000, 'VND', s.status, 1, s.at_ms + 86400000, s.at_ms, s.at_ms
        from sold s join stocked p using (k) order by s.id`;
      await tx`
        insert into order_search (order_id, snapshot_id, customer_id, name_vector)
        select s.id, p.id, s.customer_id, p.name_vector
        from sold s join product_snapshot p on p.id = s.k + 1 order by s.id`;
      await tx`
        insert into order_ended (status, order_id, snapshot_id, name_vector)
        select s.status, s.id, p.id, p.name_vector from sold s join product_snapshot p on p.id = s.k + 1
        where s.status in ('refunded', 'failed', 'cancelled') order by s.id`;
      await tx`
        update product_snapshot p set sold_before = rpad(lpad(to_hex((s.at_ms / 3600000 + 1) * 3600000), 12, '0'), 32, '0')::uuid
        from (select k, max(at_ms) as at_ms from sold group by k) as s where p.id = s.k + 1`;
    });
    await sql`vacuum (full) product_snapshot`;
    await sql`vacuum analyze`;
  } finally {
    await sql.end();
  }
};
