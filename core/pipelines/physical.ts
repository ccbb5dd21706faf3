import type { Pipeline } from './pipeline.ts';

/** Goods: they are shipped. */
export const physicalPipeline: Pipeline = {
  name: 'physical',
  steps: [
    { name: 'invoice', historyState: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    { name: 'request_shipment', historyState: 'shipment_requested', kind: 'tx', effect: 'request_shipment' },
    {
      name: 'notify_customer',
      historyState: 'customer_notified',
      kind: 'external',
      service: 'notify_customer',
      isNotice: true,
    },
  ],
};
