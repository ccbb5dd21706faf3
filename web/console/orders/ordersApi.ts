import type { renderRefund } from '../../../api/render/refund.ts';
import type { renderTimelineEntry } from '../../../api/render/timeline.ts';
import type { Call } from '../../shared/call.ts';
import type { KeptCommand } from '../../shared/keptCommand.ts';
import type { Outcome } from '../../shared/outcome.ts';
import { pathOf, queryOf } from '../../shared/query.ts';
import type { Checkout, List, Order, OrderDetail } from '../../shared/types.ts';

export type TimelineEntry = ReturnType<typeof renderTimelineEntry>;
export type Refund = ReturnType<typeof renderRefund>;

/** What `POST /refunds` takes. Without an amount: all that is left. */
export type RefundBody = {
  readonly orderId: string;
  readonly amount?: number;
  readonly reason: string;
  readonly restock?: boolean;
};

export type CorrectedContact = {
  readonly email: string;
  readonly orderIds: readonly string[];
  readonly retried: number;
  readonly resent: number;
};

export type RefundQuery = {
  readonly orderId?: string;
  readonly status?: string;
  readonly cursor?: string | null;
  readonly limit?: number;
};

/** What operators ask about orders and their refunds. */
export const createOrdersApi = (call: Call) => {
  const get = <Value>(path: string, signal?: AbortSignal): Promise<Outcome<Value>> =>
    call<Value>({ method: 'GET', path, ...(signal === undefined ? {} : { signal }) });
  return {
    /** `filters` is a query, as the address of the page has it. */
    orders: (filters: Readonly<Record<string, string | null>>, signal?: AbortSignal) =>
      get<List<Order>>(`/orders${queryOf(filters)}`, signal),
    order: (id: string, signal?: AbortSignal) => get<OrderDetail>(pathOf('orders', id), signal),
    timeline: (id: string, cursor: string | null, signal?: AbortSignal) =>
      get<List<TimelineEntry>>(
        `${pathOf('orders', id, 'timeline')}${queryOf({ cursor, limit: 100 })}`,
        signal,
      ),
    checkout: (id: string, signal?: AbortSignal) => get<Checkout>(pathOf('checkouts', id), signal),
    refunds: (query: RefundQuery, signal?: AbortSignal) =>
      get<List<Refund>>(`/refunds${queryOf(query)}`, signal),
    refund: (id: string) => get<Refund>(pathOf('refunds', id)),
    requestRefund: ({ key, body }: KeptCommand<RefundBody>) =>
      call<Refund>({ method: 'POST', path: '/refunds', body, key }),
    assign: (refundId: string, orderId: string) =>
      call<Refund>({ method: 'POST', path: pathOf('refunds', refundId, 'assignment'), body: { orderId } }),
    correctContact: (orderId: string, email: string, resend: boolean) =>
      call<CorrectedContact>({
        method: 'POST',
        path: pathOf('orders', orderId, 'contact'),
        body: { email, resend },
      }),
    retry: (taskIds: readonly string[]) =>
      call<{ readonly retried: number }>({ method: 'POST', path: '/queue/retries', body: { taskIds } }),
  };
};

export type OrdersApi = ReturnType<typeof createOrdersApi>;
