import type { Pipeline } from './pipeline.ts';

/** Goods: they are shipped. */
export const physicalPipeline: Pipeline = {
  name: 'physical',
  next: {
    vi: 'Hàng đang được chuẩn bị để giao đến bạn.',
    en: 'Your goods are being prepared for shipment.',
  },
  steps: [
    {
      name: 'invoice',
      historyState: 'invoiced',
      kind: 'tx',
      effect: 'issue_invoice',
      service: 'invoice_service',
    },
    {
      name: 'request_shipment',
      historyState: 'shipment_requested',
      kind: 'tx',
      effect: 'request_shipment',
      service: 'carrier',
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
