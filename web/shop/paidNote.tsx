import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/Icon.tsx';
import { isMoving } from '../shared/payPage.ts';
import type { ShownCheckout } from '../shared/payStates.ts';
import type { Order } from '../shared/types.ts';
import { startWatch } from '../shared/watch.ts';
import { orderPath } from './addresses.ts';
import { invoiceHrefOf } from './invoiceHref.ts';
import { orderTones } from './orderTones.ts';
import { useShop } from './shop.ts';
import type { ReceiptProps } from './views/Receipt.tsx';

type PaidNoteProps = {
  readonly checkout: ShownCheckout;
  /** With where each stands, and its page. */
  readonly onOrders: (orders: readonly Order[], lineOf: ReceiptProps['lineOf']) => void;
};

/** What comes of paid orders while the page is open: their states, and the invoice when there is one. */
export const PaidNote = ({ checkout, onOrders }: PaidNoteProps) => {
  const { api, pause, words } = useShop();
  const [invoice, setInvoice] = useState<{ readonly number: string; readonly href: string } | null>(null);
  const { checkoutId } = checkout;
  const seen = useRef(checkout.orders);

  const { orderStatuses } = words.value;
  const lineOf: ReceiptProps['lineOf'] = ({ id, status }) => ({
    href: orderPath(id),
    tone: orderTones[status],
    status: orderStatuses[status],
  });
  // At once, and again in the other language.
  useLayoutEffect(() => onOrders(seen.current, lineOf), [orderStatuses]);

  useEffect(() => {
    let before = '';
    const watch = startWatch(async (signal) => {
      const now = await api.checkout(checkoutId);
      if (signal.aborted || now.kind !== 'ok') return 'same';
      const { orders } = now.value;
      seen.current = orders;
      onOrders(orders, lineOf);
      const first = orders[0];
      if (first !== undefined) {
        const detail = await api.order(first.id, signal);
        if (signal.aborted) return 'settled';
        if (detail.kind !== 'ok') return 'same';
        const { invoice: issued } = detail.value;
        const href = invoiceHrefOf(detail.value, api.invoicePath(checkoutId));
        setInvoice(issued === null || href === null ? null : { number: issued.number, href });
      }
      if (!isMoving(orders)) return 'settled';
      const statuses = orders.map(({ status }) => status).join();
      const hasChanged = statuses !== before;
      before = statuses;
      return hasChanged ? 'changed' : 'same';
    }, pause);
    return watch.stop;
  }, [checkoutId]);

  if (invoice === null) return null;
  return (
    <p>
      <a class="row invoice" href={invoice.href} download>
        <Icon name="download" />
        {words.value.orderPage.openInvoice(invoice.number)}
      </a>
    </p>
  );
};
