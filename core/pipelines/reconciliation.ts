import type { JobPipeline } from './pipeline.ts';

/** Compares the provider's ledger of one day with ours. */
export const reconciliationPipeline: JobPipeline = {
  name: 'reconciliation',
  // A day of a large shop is thousands of reads, each with its own deadline.
  steps: [{ name: 'reconcile_ledger', service: 'reconcile_ledger', deadlineMs: 6 * 3_600_000 }],
};
