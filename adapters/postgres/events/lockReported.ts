import type { EventReport } from '../../../core/relay.ts';
import type { Transaction } from '../connection.ts';

/** The report of an event that it still has the lease of. The caller's transaction has locked the row. */
export type LockedReport = EventReport & {
  readonly atMs: number;
  /** Where the row is. Nobody moves it while it is locked. */
  readonly place: string;
};

/**
 * Locks the events in one order, so that two reports do not wait in a circle. `offset 0` makes the server find each by
 * its key: if it thinks that the table is empty, it may as well read all events for each. Of one under an old lease
 * there is no row.
 */
export const lockReported = async (
  tx: Transaction,
  subscriptionId: string,
  reports: readonly EventReport[],
): Promise<readonly LockedReport[]> => {
  if (reports.length === 0) return [];
  const rows = reports
    .map(({ subject, sequence, lease }, index) => ({ subject, sequence, lease, index }))
    .sort((one, other) =>
      one.subject === other.subject ? one.sequence - other.sequence : one.subject < other.subject ? -1 : 1,
    );
  const found = await tx<{ index: number; at_ms: number; place: string }[]>`
    select r.index, e.at_ms, e.place
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(
      subject uuid, sequence bigint, lease integer, index integer
    )
    cross join lateral (
      select ctid::text as place, lease, at_ms from event
      where subscription_id = ${subscriptionId} and subject = r.subject and sequence = r.sequence offset 0 for update
    ) e
    where e.lease = r.lease`;
  return found.flatMap(({ index, at_ms: atMs, place }) => {
    const report = reports[index];
    return report === undefined ? [] : { ...report, atMs, place };
  });
};
