import type { JobPipeline } from './pipeline.ts';

/** The provider's ledger of a day against our books. */
export const moneyAudit: JobPipeline = {
  name: 'money_audit',
  steps: [{ name: 'compare_ledgers', service: 'compare_ledgers' }],
};
