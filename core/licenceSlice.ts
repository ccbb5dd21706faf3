import type { LockedTask } from './queue.ts';
import type { EffectOutcome } from './steps.ts';
import { limitUnits, unitsMax, unitsOfTask } from './taskUnits.ts';

/** The orders of a group whose licences one claim issues. */
export type LicenceSlice = Pick<EffectOutcome, 'kind'> & { readonly orders: LockedTask['orders'] };

/** True if the licences of the group are too many for one transaction. Then each claim issues those of some orders. */
export const needsSlices = (task: LockedTask): boolean => unitsOfTask(task) > unitsMax;

/** The first orders without licences. An order is never cut: it has fewer units than a transaction can write. */
export const sliceLicences = (
  { orders }: LockedTask,
  hasLicences: (orderId: string) => boolean,
): LicenceSlice => {
  const missing = orders.filter(({ order }) => !hasLicences(order.id));
  const slice = limitUnits(missing, ({ order }) => order.quantity);
  return { orders: slice, kind: slice.length < missing.length ? 'unfinished' : 'done' };
};

/** The slice of a group that needs no others. */
export const wholeSlice = ({ orders }: LockedTask): LicenceSlice => ({ orders, kind: 'done' });
