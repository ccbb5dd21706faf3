import type { JobPipeline } from './pipeline.ts';

/** Compares the provider's ledger of one day with ours. */
export const reconciliationPipeline: JobPipeline = {
  name: 'reconciliation',
  steps: [{ name: 'reconcile_ledger', service: 'reconcile_ledger' }],
};
