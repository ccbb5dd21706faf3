import { setImmediate } from 'node:timers/promises';
import type { InvoiceRenderer } from '../../core/invoiceDocument.ts';

/**
 * Loads the library and the fonts at the first invoice: a start does not wait for them. Draws one invoice at a time and
 * lets everything else that is ready go first, so that a burst of mails does not hold up the requests of its process.
 */
export const createInvoiceRenderer = (): InvoiceRenderer => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    render: (invoice) => {
      const drawn = last
        .then(() => setImmediate())
        .then(() => import('./render.ts'))
        .then(({ render }) => render(invoice));
      // An invoice that cannot be drawn holds up no other.
      last = drawn.catch(() => {});
      return drawn;
    },
  };
};
