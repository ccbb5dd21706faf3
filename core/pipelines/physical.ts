import type { Pipeline } from './pipeline.ts';

/** Things that are taken from a shelf and sent. */
export const physical: Pipeline = {
  name: 'physical',
  steps: [
    { name: 'reserve_stock', leaves: 'stock_reserved', kind: 'tx', effect: 'take_stock' },
    { name: 'invoice', leaves: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    { name: 'request_shipment', leaves: 'shipment_requested', kind: 'tx', effect: 'request_shipment' },
    { name: 'notify_customer', leaves: 'customer_notified', kind: 'external', service: 'notify_customer' },
  ],
};
