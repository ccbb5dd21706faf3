import type { LockedTask } from './queue.ts';

/** Each licence is a row: 50,000 take a second or two. A million would take longer than a statement may. */
export const unitsMax = 50_000;

/** The first tasks, at least one, whose units together fit into one short transaction. */
export const limitUnits = <T>(tasks: readonly T[], quantityOf: (task: T) => number): T[] => {
  let units = 0;
  return tasks.filter((task, index) => {
    units += quantityOf(task);
    return units <= unitsMax || index === 0;
  });
};

/** The units of all orders of a task: they are shipped or licensed in one transaction. */
export const unitsOfTask = ({ orders }: LockedTask): number =>
  orders.reduce((sum, { order }) => sum + order.quantity, 0);
