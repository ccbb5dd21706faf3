/** Clocks that differ by more than this are a warning for an operator, ms. */
export const skewWarningMs = 1_000;

/**
 * By how much the database's clock is ahead of ours, ms; below 0 if it is behind. Its time was read between `beforeMs` and
 * `afterMs` of our clock, so only what lies outside of them is certain: a slow answer is no skew.
 */
export const clockSkewMs = (
  databaseMs: number,
  { beforeMs, afterMs }: { readonly beforeMs: number; readonly afterMs: number },
): number => {
  if (databaseMs > afterMs) return databaseMs - afterMs;
  return databaseMs < beforeMs ? databaseMs - beforeMs : 0;
};

/** A process with a wrong clock would rescue the tasks of others too early, and lose its own. */
export const mayClaimWithSkew = (skewMs: number, leaseMs: number): boolean => Math.abs(skewMs) <= leaseMs / 4;
