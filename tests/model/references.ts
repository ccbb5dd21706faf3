import type { ServiceReference, StepReference } from '../../core/serviceReference.ts';
import { goodsSteps } from '../../core/stepService.ts';
import { stepKey } from '../../core/steps.ts';
import { rowsWhere, type Tables, type Writes } from './tables.ts';

/** What step services have done for these orders. */
export const referencesOf = (
  { stepReferences }: Tables,
  orderIds: readonly string[],
): readonly StepReference[] =>
  rowsWhere(stepReferences, ({ orderId }) => orderIds.includes(orderId)).sort((one, other) =>
    keyOf(one) < keyOf(other) ? -1 : 1,
  );

const keyOf = ({ orderId, step }: StepReference): string => stepKey(orderId, step);

export const writeReferences = (
  { stepReferences }: Tables,
  writes: Writes,
  orderIds: readonly string[],
  step: string,
  reference: ServiceReference,
): void => {
  for (const orderId of orderIds) {
    const key = stepKey(orderId, step);
    if (!stepReferences.has(key)) writes.set(stepReferences, key, { orderId, step, ...reference });
  }
};

/** Whether a step service has taken the units of the order out of the shop. */
export const isGoneByService = ({ stepReferences }: Tables, orderId: string): boolean =>
  goodsSteps.some((step) => stepReferences.has(stepKey(orderId, step)));
