import type { JobPipeline } from './pipeline.ts';

/**
 * The provider gives the money back; the books (order, stock, credit note) follow in the same step, in one
 * transaction, because they must say what the provider said.
 */
export const refund: JobPipeline = {
  name: 'refund',
  steps: [
    { name: 'return_money', service: 'return_money' },
    { name: 'notify_customer', service: 'notify_of_refund' },
  ],
};
