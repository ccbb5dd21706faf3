import type { Attempt } from './payStates.ts';

/** Apart from the states, because the cart needs it, and nothing else of a payment. */
export const overlaps = (attempt: Attempt, orderIds: readonly string[]): boolean =>
  attempt.orderIds.some((id) => orderIds.includes(id));
