import { err, ok, type Result } from 'neverthrow';
import { formatCheckoutNumber } from '../../core/checkoutNumber.ts';
import { firstIdAt } from '../../core/id.ts';
import { judgePendingOrder } from '../../core/limits.ts';
import { orderAmountMax, times } from '../../core/money.ts';
import {
  expiredDetail,
  initialOrderStatus,
  isExpired,
  nextOrderStatus,
  type Order,
  type OrderDetail,
  type OrderFailure,
  type OrderQuery,
  type OrderRequest,
  type Orders,
  orderStatusAfter,
  shownStates,
} from '../../core/order.ts';
import { judgeQuantity, quantityChangedState } from '../../core/orderChange.ts';
import { pageOf } from '../../core/page.ts';
import { shownReferences } from '../../core/stepService.ts';
import { runOnce } from './commandKeys.ts';
import { appendHistory, applyOrderEvent } from './history.ts';
import { referencesOf } from './references.ts';
import { matchesSearch } from './search.ts';
import { type OrderRow, rowOf, rowsWhere, runTransaction, type Tables, type Writes } from './tables.ts';
import { readTimeline } from './timeline.ts';

export const createOrders = (tables: Tables): Orders => {
  const placeOne = (writes: Writes, request: OrderRequest, nowMs: number): Result<Order, OrderFailure> => {
    const { product, searchTokens } = tables.products.get(request.productId) ?? {};
    if (product === undefined || searchTokens === undefined || product.archived)
      return err({ kind: 'product_not_found', productId: request.productId });
    const total = times(product.price, request.quantity);
    if (total.amount > orderAmountMax) return err({ kind: 'amount_too_large' });

    const { id, customerId, contact, quantity } = request;
    if (tables.orders.has(id)) throw new Error(`the order ${id} already exists`);
    const { code, name, type } = product;
    const order: Order = {
      id,
      customerId,
      product: { id: product.id, code, name, type },
      quantity,
      total,
      status: initialOrderStatus,
      checkoutId: null,
      number: null,
      expiresAtMs: nowMs + request.ttlMs,
      disputed: false,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    writes.set(tables.orders, id, { order, contact, searchTokens, held: 0 });
    appendHistory(tables, writes, id, { state: order.status, detail: null }, nowMs);
    return ok(order);
  };

  const placeWithinLimit = (
    writes: Writes,
    request: OrderRequest,
    nowMs: number,
    pendingMax: number,
  ): Result<Order, OrderFailure> => {
    const pending = rowsWhere(
      tables.orders,
      ({ order }) => order.customerId === request.customerId && order.status === initialOrderStatus,
    ).length;
    return judgePendingOrder(pending, pendingMax).andThen(() => placeOne(writes, request, nowMs));
  };

  const invoiceOf = ({ checkoutId }: Order): OrderDetail['invoice'] => {
    const invoice = tables.invoices.get(checkoutId ?? '');
    if (invoice !== undefined) return { number: invoice.number, issuedAtMs: invoice.issuedAtMs };
    const request = tables.invoiceRequests.get(checkoutId ?? '');
    const { reference = null, url = null } = request?.answer ?? {};
    return request === undefined || reference === null
      ? null
      : { number: reference, issuedAtMs: request.answeredMs, url };
  };

  const refundedOf = (orderId: string): number =>
    [...tables.refunds.values()]
      .filter(({ refund }) => refund.orderId === orderId && refund.status === 'succeeded')
      .reduce((sum, { refund }) => sum + refund.amount.amount, 0);

  const detailOf = ({ order }: OrderRow): OrderDetail => {
    const shown = shownReferences(referencesOf(tables, [order.id]));
    return {
      ...order,
      payment: order.checkoutId === null ? null : (tables.payments.get(order.checkoutId)?.payment ?? null),
      history: (tables.histories.get(order.id) ?? []).slice(-shownStates),
      invoice: invoiceOf(order),
      refunded: { ...order.total, amount: refundedOf(order.id) },
      ...shown,
      licences: [...(tables.licences.get(order.id) ?? []), ...shown.licences],
    };
  };

  return {
    place: async (requests, nowMs, pendingMax = 0) =>
      ok(
        runTransaction((writes) =>
          requests.map((request) => placeWithinLimit(writes, request, nowMs, pendingMax)),
        ),
      ),

    placeOnce: async (requests, nowMs, pendingMax = 0) =>
      ok(
        runTransaction((writes) =>
          requests.map((request) =>
            runOnce(tables, writes, request.commandKey, nowMs, () =>
              placeWithinLimit(writes, request, nowMs, pendingMax),
            ),
          ),
        ),
      ),

    find: async (id) => {
      const row = tables.orders.get(id);
      return ok(row === undefined ? null : detailOf(row));
    },

    history: async ({ orderId, after, limit }) => {
      const rows = (tables.histories.get(orderId) ?? []).filter(({ seq }) => seq > (after ?? 0));
      return ok(pageOf(rows, limit, ({ seq }) => seq));
    },

    timeline: async (query) => ok(readTimeline(tables, query)),

    list: async (query) => {
      const rows = [...tables.orders.values()]
        .filter((row) => matches(row, query))
        .map(({ order }) => order)
        .sort((one, other) => (one.id < other.id ? 1 : -1));
      return ok(pageOf(rows, query.limit, ({ id }) => id));
    },

    cancel: async (id, customerId, nowMs) => {
      const order = tables.orders.get(id)?.order;
      if (order?.customerId !== customerId) return err({ kind: 'not_found' });
      if (order.status === orderStatusAfter.cancel) return ok(order);
      if (nextOrderStatus(order.status, 'cancel') === null)
        return err({ kind: 'order_not_pending', status: order.status });
      return ok(
        runTransaction((writes) => {
          const cancelled = applyOrderEvent(tables, writes, id, 'cancel', nowMs);
          appendHistory(tables, writes, id, { state: cancelled.status, detail: null }, nowMs);
          return cancelled;
        }),
      );
    },

    changeQuantity: async (change, nowMs) => {
      const order = tables.orders.get(change.orderId)?.order ?? null;
      return judgeQuantity(order, change, nowMs).map(({ order: changed, historyDetail: detail }) => {
        if (detail === null) return changed;
        return runTransaction((writes) => {
          writes.set(tables.orders, changed.id, { ...rowOf(tables.orders, changed.id), order: changed });
          appendHistory(tables, writes, changed.id, { state: quantityChangedState, detail }, nowMs);
          return changed;
        });
      });
    },

    // It has no slices and no marks: it looks at all orders.
    cancelExpired: async ({ untilMs, nowMs }) => {
      const expired = rowsWhere(
        tables.orders,
        ({ order }) => isExpired(order, untilMs) && nextOrderStatus(order.status, 'cancel') !== null,
      );
      if (expired.length === 0) return ok({ cancelled: 0, more: false });
      runTransaction((writes) => {
        for (const { order } of expired) {
          const { status: state } = applyOrderEvent(tables, writes, order.id, 'cancel', nowMs);
          appendHistory(tables, writes, order.id, { state, detail: expiredDetail }, nowMs);
        }
      });
      return ok({ cancelled: expired.length, more: false });
    },
  };
};

const matches = ({ order, searchTokens }: OrderRow, query: OrderQuery): boolean => {
  const { search, status, type, fromMs, toMs, customerId, number, after } = query;
  return (
    (status === null || order.status === status) &&
    (type === null || order.product.type === type) &&
    (customerId === null || order.customerId === customerId) &&
    (number === null || order.number === formatCheckoutNumber(number)) &&
    (fromMs === null || order.id >= firstIdAt(fromMs)) &&
    (toMs === null || order.id < firstIdAt(toMs)) &&
    (after === null || order.id < after) &&
    (search === null || matchesSearch(search, searchTokens))
  );
};
