import type { Pipeline } from './pipeline.ts';

/** Courses, repairs and appointments: an order books the places that its claim took from the stock. */
export const servicePipeline: Pipeline = {
  name: 'service',
  steps: [
    { name: 'book', historyState: 'booked', kind: 'tx', effect: 'book_places' },
    { name: 'invoice', historyState: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    {
      name: 'notify_customer',
      historyState: 'customer_notified',
      kind: 'external',
      service: 'notify_customer',
      isNotice: true,
    },
  ],
};
