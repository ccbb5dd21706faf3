/**
 * A claim takes the tasks that have been ready longest. If more are ready than it can take, a part of it goes to the
 * newest ones: with a backlog, a new order would otherwise wait for all others, and everybody would wait equally long.
 */

/** One in so many tasks of a claim. The backlog still shrinks at seven eighths of the speed. */
const newestOneIn = 8;

/** How many tasks a claim takes at each end. A claim of a few tasks takes only the oldest. */
export type ClaimShare = { readonly oldest: number; readonly newest: number };

export const shareClaim = (limit: number): ClaimShare => {
  const newest = Math.floor(limit / newestOneIn);
  return { oldest: limit - newest, newest };
};

/** All that is claimed, with one of the newest after each seven of the oldest, so that a cut keeps the shares. */
export const mixClaimed = <T>(oldest: readonly T[], newest: readonly T[]): T[] => {
  const perNewest = newestOneIn - 1;
  const mixed = oldest.flatMap((task, index) => {
    const next = (index + 1) % perNewest === 0 ? newest[(index + 1) / perNewest - 1] : undefined;
    return next === undefined ? [task] : [task, next];
  });
  return [...mixed, ...newest.slice(Math.floor(oldest.length / perNewest))];
};
