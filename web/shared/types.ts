import type { renderCheckout, renderCheckoutResponse } from '../../api/render/checkout.ts';
import type { renderMoneyHealth } from '../../api/render/moneyHealth.ts';
import type { renderOrder, renderOrderDetail } from '../../api/render/order.ts';
import type { renderAction } from '../../api/render/payment.ts';
import type { renderPayOptions } from '../../api/render/payOptions.ts';
import type { renderProduct } from '../../api/render/product.ts';
import type { renderQueue } from '../../api/render/queue.ts';
import type { renderFailures } from '../../api/render/queueFailures.ts';
import type { renderQueueHistory } from '../../api/render/queueHistory.ts';

/**
 * What the API answers, by the types of its own renderers. Only types are imported, so nothing of the API is in a
 * page, and a field that the API does not send is a type error in the page that shows it.
 */
export type Order = ReturnType<typeof renderOrder>;
export type OrderDetail = ReturnType<typeof renderOrderDetail> & {
  /** What the product service calls its bookings. A shop without one sends none. */
  readonly bookings?: readonly string[];
};
export type OrderStatus = Order['status'];
export type Product = ReturnType<typeof renderProduct>;
export type Money = Order['total'];
export type CheckoutResponse = ReturnType<typeof renderCheckoutResponse>;
export type Checkout = ReturnType<typeof renderCheckout>;
export type CheckoutStatus = Checkout['status'];
export type PaymentAction = ReturnType<typeof renderAction>;

export type List<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

/** `GET /checkouts/options`: how the shop charges. */
export type PayOptions = ReturnType<typeof renderPayOptions>;

/**
 * `GET /session`: who the browser's cookie belongs to. Written out, because its renderer leads to files that only a
 * server can compile; a test holds it to the renderer.
 */
export type Session = {
  readonly customerId: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly expiresAt: string;
};

/** `GET /queue`. */
export type Queue = ReturnType<typeof renderQueue>;
/** `GET /queue/failures`. */
export type Failures = ReturnType<typeof renderFailures>;
/** `GET /queue/history`. */
export type QueueHistory = ReturnType<typeof renderQueueHistory>;
/** `GET /money`. */
export type MoneyHealth = ReturnType<typeof renderMoneyHealth>;
