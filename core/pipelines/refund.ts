import type { JobPipeline } from './pipeline.ts';

/**
 * The provider refunds the charge. The same step then updates the refund, order, stock and credit note in one
 * transaction, so that our records always agree with the provider's decision.
 */
export const refundPipeline: JobPipeline = {
  name: 'refund',
  steps: [
    { name: 'refund_charge', service: 'refund_charge' },
    { name: 'notify_customer', service: 'notify_of_refund', isNotice: true },
  ],
};
