import type { Pipeline } from './pipeline.ts';

/** Courses, repairs, appointments: an order takes places, of which the stock is how many are left. */
export const service: Pipeline = {
  name: 'service',
  steps: [
    { name: 'book', leaves: 'booked', kind: 'tx', effect: 'take_stock' },
    { name: 'invoice', leaves: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    { name: 'notify_customer', leaves: 'customer_notified', kind: 'external', service: 'notify_customer' },
  ],
};
