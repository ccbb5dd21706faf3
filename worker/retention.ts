import { ok } from 'neverthrow';
import { type Retention, type RetentionKind, retentionKinds } from '../core/retention.ts';
import type { Store } from '../core/store.ts';
import type { Clock } from '../core/world.ts';
import type { Poll } from './loop.ts';

/**
 * A slice is one short transaction, between which requests go first. SQLite holds the event loop meanwhile: for 1 to 5 ms,
 * as measured on tables of 100,000 rows. An activity is in six indexes, and a mail has an invoice with it.
 */
const sliceMax: Readonly<Record<RetentionKind, number>> = {
  responses: 500,
  ledger: 500,
  activity: 100,
  providerEvents: 200,
  mails: 20,
};
const slicePauseMs = 100;
const everyMs = 600_000;

/** Deletes what is older than the settings say, one slice of one kind at a time. Without settings it deletes nothing. */
export const createRetentionPoll = (
  { store, clock }: { readonly store: Pick<Store, 'dropOld'>; readonly clock: Clock },
  retention: Retention | undefined,
): Poll => {
  let left: RetentionKind[] = [];
  return async () => {
    if (retention === undefined) return ok(everyMs);
    if (left.length === 0) left = [...retentionKinds];
    const kind = left.shift();
    if (kind === undefined) return ok(everyMs);
    const keptMs = retention[kind];
    // Their number is bounded, also without a limit of days.
    const isDue = keptMs !== null || kind === 'mails';
    const slice = { kind, beforeMs: keptMs === null ? 0 : clock.nowMs() - keptMs, limit: sliceMax[kind] };
    const dropped = isDue ? await store.dropOld(slice) : ok({ rows: 0, isMore: false });
    // A kind that cannot be deleted comes last, so that it does not keep the others.
    if (dropped.isErr()) left.push(kind);
    return dropped.map(({ isMore }) => {
      if (isMore) left.unshift(kind);
      return left.length === 0 ? everyMs : isDue ? slicePauseMs : 0;
    });
  };
};
