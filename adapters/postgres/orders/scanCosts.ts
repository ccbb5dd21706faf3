/** What is known when a list has scanned some orders and its page is not full. */
export type ScanProgress = {
  /** The orders that were scanned, and how many of them match. */
  readonly scanned: number;
  readonly matches: number;
  /** The orders that the page still needs. */
  readonly missing: number;
  /** About how many product snapshots there are. */
  readonly snapshots: number;
  /** The list has orders only before a time, such as those of a second page. */
  readonly isBefore: boolean;
};

/** What the choice between a scan and a query of the product snapshots depends on. */
export type NextScanLimits = {
  /** Orders that one more scan reads if none has matched so far. It says how many match. */
  readonly sampleRows: number;
  /** Orders that one more scan reads otherwise. */
  readonly longScanRows: number;
  /** The orders of at most this many product snapshots are merged. */
  readonly snapshotsMax: number;
  readonly costs: ScanCosts;
};

/** Counted in orders that a scan reads in the same time. */
type ScanCosts = {
  /** A query of the product snapshots, without the reading of names. */
  readonly snapshotQuery: number;
  /** The name of one product snapshot that matches. Often it is alone in its page. */
  readonly name: number;
};

/**
 * How many orders to scan next, or null if a query of the product snapshots is expected to cost less.
 *
 * The share of the scanned orders that match says how many the page still needs, and how many names match.
 *
 * For a list before a time, the query may find no more than that too many snapshots were ordered since then (see
 * `scanSnapshots`), and the scan has to come after it. So it counts twice if more than `snapshotsMax` may match. And
 * one match is added, because none in 300 says little: every third list for a token of one order in 300 finds none.
 */
export const nextScanRows = (
  { scanned, matches, missing, snapshots, isBefore }: ScanProgress,
  { sampleRows, longScanRows, snapshotsMax, costs }: NextScanLimits,
): number | null => {
  const share = (matches + (isBefore ? 1 : 0)) / scanned;
  const names = share * snapshots;
  const query = costs.snapshotQuery + costs.name * names;
  const queries = isBefore && names > snapshotsMax ? 2 : 1;
  if (missing / share > queries * query) return null;
  return matches === 0 ? sampleRows : longScanRows;
};
