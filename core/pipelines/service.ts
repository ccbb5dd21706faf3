import type { Pipeline } from './pipeline.ts';

/** Courses, repairs and appointments: an order books places. The stock counts the places left. */
export const servicePipeline: Pipeline = {
  name: 'service',
  steps: [
    { name: 'book', historyState: 'booked', kind: 'tx', effect: 'deduct_stock' },
    { name: 'invoice', historyState: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    {
      name: 'notify_customer',
      historyState: 'customer_notified',
      kind: 'external',
      service: 'notify_customer',
    },
  ],
};
