import type { StepReference } from '../../../core/serviceReference.ts';
import type { Transaction } from '../connection.ts';

/** Writes what step services call what they did, in the transaction that accepts the steps. */
export const writeReferences = async (
  tx: Transaction,
  references: readonly StepReference[],
): Promise<void> => {
  if (references.length === 0) return;
  await tx`
    insert into step_reference (order_id, step, reference, url)
    select * from unnest(
      ${references.map(({ orderId }) => orderId)}::uuid[],
      ${references.map(({ step }) => step)}::text[],
      ${references.map(({ reference }) => reference)}::text[],
      ${references.map(({ url }) => url)}::text[]
    )
    on conflict do nothing`;
};
