import type { Pipeline } from './pipeline.ts';

/** Licences, vouchers and downloads: one key for each unit. The stock, if any, counts the keys left to sell. */
export const digitalPipeline: Pipeline = {
  name: 'digital',
  steps: [
    {
      name: 'issue_licence',
      historyState: 'licence_issued',
      kind: 'tx',
      effect: 'issue_licences',
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
