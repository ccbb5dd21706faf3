import { firstIdAt } from '../../../core/id.ts';
import { failedOrderStatuses, type StockSlice, unfinishedOrderStatuses } from '../../../core/ledger.ts';
import { orderStatusAfter } from '../../../core/order.ts';
import { openPaymentStatuses } from '../../../core/payment.ts';
import {
  type HoldingOrder,
  leakAgeMaxMs,
  leakStatuses,
  ordersThatLeak,
  type ProductUnits,
  productsThatDiffer,
  type StockDifference,
  stockSliceMax,
} from '../../../core/stockCheck.ts';
import { isGoodsStep } from '../../stored/goodsSteps.ts';
import { isOneOf, quoted } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';

type Read = {
  readonly products: readonly ProductUnits[];
  readonly found: readonly StockDifference[];
  /** The last order of the slice; null at the end. */
  readonly lastOrderId: string | null;
  /** True if an earlier comparison has stored a difference. */
  readonly stored: boolean;
};

/** See `Ledger.compareStock`. It reads in one transaction, and so at one moment. It writes only if something differs. */
export const createCompareStock = (connection: Connection) => {
  const { client, read, write } = connection;
  const readSlice = createReadSlice(connection);
  const drop = client.prepare<[string]>('delete from stock_difference where id = ?');
  const storedIds = client.prepare<[], { readonly id: string; readonly orderId: string | null }>(
    'select id, order_id as orderId from stock_difference',
  );
  const insert = client.prepare<[string, string | null, string, number]>(
    `insert into stock_difference (id, order_id, detail, since_ms) values (?, ?, ?, ?)
     on conflict (id) do update set detail = excluded.detail`,
  );

  const store = ({ products, found }: Read, nowMs: number): void => {
    const compared = new Set(products.map(({ productId }) => productId));
    const differing = new Set(found.map(({ id }) => id));
    for (const { id, orderId } of storedIds.all())
      if ((orderId !== null || compared.has(id)) && !differing.has(id)) drop.run(id);
    for (const { id, orderId, detail } of found) insert.run(id, orderId, detail, nowMs);
  };

  return (slice: StockSlice, nowMs: number) =>
    read(() => readSlice(slice, nowMs)).andThen((result) => {
      const next = {
        afterProductId:
          result.products.length < stockSliceMax.products
            ? null
            : (result.products.at(-1)?.productId ?? null),
        afterOrderId: result.lastOrderId,
      };
      const changes = result.found.length > 0 || result.stored;
      return (changes ? write(() => store(result, nowMs)) : read(() => undefined)).map(() => next);
    });
};

const createReadSlice = ({ client }: Connection) => {
  const tasks = client
    .prepare<[number], number>(
      'select count(*) from (select 1 from task t cross join json_each(t.order_ids) where t.checkout_id is not null limit ?)',
    )
    .pluck();
  const stock = client.prepare<[string, number], Pick<ProductUnits, 'productId' | 'delivered' | 'units'>>(
    'select product_id as productId, delivered, units from stock where product_id > ? order by product_id limit ?',
  );
  const reserved = client.prepare<[], { readonly productId: string; readonly held: number }>(
    `select o.product_id as productId, o.held
     from payment p indexed by payment_open cross join audit a on a.id = p.id
       cross join json_each(a.order_ids) j cross join orders o on o.id = j.value
     where ${isOneOf('p.status', openPaymentStatuses)} and o.checkout_id = p.id
       and o.status = ${quoted(orderStatusAfter.claim)} and o.held > 0
     union all
     select o.product_id, o.held from task t cross join json_each(t.order_ids) j cross join orders o on o.id = j.value
     where t.checkout_id is not null and o.held > 0
       and ${isOneOf('o.status', [...unfinishedOrderStatuses, ...failedOrderStatuses])}`,
  );
  const sold = client.prepare<[string], number>('select units from sold_units where product_id = ?').pluck();
  const orders = createReadOrders(client);

  return ({ afterProductId, afterOrderId }: StockSlice, nowMs: number): Read => {
    if ((tasks.get(stockSliceMax.tasks + 1) ?? 0) > stockSliceMax.tasks)
      return { products: [], found: [], lastOrderId: afterOrderId, stored: false };
    const heldBy = new Map<string, number>();
    for (const { productId, held } of reserved.all())
      heldBy.set(productId, (heldBy.get(productId) ?? 0) + held);
    const products = stock.all(afterProductId ?? '', stockSliceMax.products).map((row) => ({
      ...row,
      reserved: heldBy.get(row.productId) ?? 0,
      sold: sold.get(row.productId) ?? 0,
    }));
    const { holding, lastId, stored } = orders(afterOrderId ?? firstIdAt(nowMs - leakAgeMaxMs));
    const found = [...productsThatDiffer(products), ...ordersThatLeak(holding)];
    return { products, found, lastOrderId: lastId, stored };
  };
};

type HoldingRow = Omit<HoldingOrder, 'keeps'> & { readonly keeps: 0 | 1 };

/** The orders of the slice that may leak, and all that were found to leak before. */
const createReadOrders = (client: Connection['client']) => {
  const keeps = `exists (select 1 from shipment where order_id = o.id)
    or exists (select 1 from licence where order_id = o.id)
    or exists (select 1 from step_reference where order_id = o.id and ${isGoodsStep})
    or exists (select 1 from refund where order_id = o.id and restock = 0)`;
  const mayLeak = `o.held > 0 and ${isOneOf('o.status', leakStatuses)}`;
  const last = client
    .prepare<[string, number], string>('select id from orders where id > ? order by id limit 1 offset ?')
    .pluck();
  const between = client.prepare<[string, string], HoldingRow>(
    `select o.id as orderId, o.status, o.held, ${keeps} as keeps from orders o
     where o.id > ? and o.id <= ? and ${mayLeak}`,
  );
  const known = client.prepare<[], HoldingRow>(
    `select o.id as orderId, o.status, o.held, ${keeps} as keeps
     from stock_difference d cross join orders o on o.id = d.order_id where ${mayLeak}`,
  );
  const isStored = client.prepare<[], number>('select 1 from stock_difference limit 1').pluck();
  return (after: string) => {
    const lastId = last.get(after, stockSliceMax.orders - 1) ?? null;
    const rows = [...between.all(after, lastId ?? 'g'), ...known.all()];
    const byId = new Map(rows.map((row) => [row.orderId, { ...row, keeps: row.keeps === 1 }]));
    return { holding: [...byId.values()], lastId, stored: isStored.get() !== undefined };
  };
};
