import { ok } from 'neverthrow';
import type { Retention } from '../core/retention.ts';
import type { Store } from '../core/store.ts';
import type { Clock } from '../core/world.ts';
import type { Poll } from './loop.ts';

/** A slice is a short transaction, between which requests go first. */
const sliceMax = 500;
const slicePauseMs = 100;
const everyMs = 600_000;

/** Deletes what is older than the settings say, slice by slice. Without settings it deletes nothing. */
export const createRetentionPoll =
  (
    { store, clock }: { readonly store: Pick<Store, 'dropOld'>; readonly clock: Clock },
    retention: Retention | undefined,
  ): Poll =>
  async () =>
    retention === undefined
      ? ok(everyMs)
      : (await store.dropOld({ ...retention, limit: sliceMax }, clock.nowMs())).map((rows) =>
          rows < sliceMax ? everyMs : slicePauseMs,
        );
