import type { Pipeline } from './pipeline.ts';

/** Courses, repairs and appointments: an order books the places that its claim took from the stock. */
export const servicePipeline: Pipeline = {
  name: 'service',
  next: { vi: 'Chúng tôi đã giữ chỗ cho bạn.', en: 'Your place is booked.' },
  steps: [
    {
      name: 'book',
      historyState: 'booked',
      kind: 'tx',
      effect: 'book_places',
      service: 'product_service',
    },
    {
      name: 'invoice',
      historyState: 'invoiced',
      kind: 'tx',
      effect: 'issue_invoice',
      service: 'invoice_service',
    },
    {
      name: 'notify_customer',
      historyState: 'customer_notified',
      kind: 'external',
      service: 'notify_customer',
      isNotice: true,
    },
  ],
};
