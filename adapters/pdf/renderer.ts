import type { InvoiceRenderer } from '../../core/invoiceDocument.ts';
import type { YieldToEventLoop } from '../../core/world.ts';

/**
 * Loads the library and the fonts at the first invoice: a start does not wait for them. Draws one invoice at a time and
 * lets everything else that is ready go first, so that a burst of mails does not hold up the requests of its process.
 */
export const createInvoiceRenderer = (yieldToEventLoop: YieldToEventLoop): InvoiceRenderer => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    render: (invoice) => {
      const drawn = last
        .then(() => yieldToEventLoop())
        .then(() => import('./render.ts'))
        .then(({ render }) => render(invoice, yieldToEventLoop));
      // An invoice that cannot be drawn holds up no other.
      last = drawn.catch(() => {});
      return drawn;
    },
  };
};
