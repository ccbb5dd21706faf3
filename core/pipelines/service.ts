import type { Pipeline } from './pipeline.ts';

/** Courses, repairs, appointments: an order takes places, of which the stock is how many are left. */
export const service: Pipeline = {
  name: 'service',
  steps: [
    { name: 'book', historyState: 'booked', kind: 'tx', effect: 'take_stock' },
    { name: 'invoice', historyState: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    {
      name: 'notify_customer',
      historyState: 'customer_notified',
      kind: 'external',
      service: 'notify_customer',
    },
  ],
};
