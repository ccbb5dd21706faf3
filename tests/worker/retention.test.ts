import { expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import type { RetentionSlice } from '../../core/retention.ts';
import { createRetentionPoll } from '../../worker/retention.ts';

const retention = { ledgerMs: 1_000, mailsMs: null };

test('The retention goes on at once while slices are full, and then comes again later', async () => {
  const slices: (RetentionSlice & { readonly nowMs: number })[] = [];
  const left = [500, 500, 3];
  const store = {
    dropOld: async (slice: RetentionSlice, nowMs: number) => {
      slices.push({ ...slice, nowMs });
      return ok(left.shift() ?? 0);
    },
  };
  const poll = createRetentionPoll({ store, clock: { nowMs: () => 7 } }, retention);
  const pauses = [];
  for (let times = 0; times < 3; times++) pauses.push((await poll())._unsafeUnwrap());
  expect(pauses).toEqual([100, 100, 600_000]);
  expect(slices[0]).toEqual({ ...retention, limit: 500, nowMs: 7 });
});

test('A worker without settings of the retention deletes nothing', async () => {
  const store = {
    dropOld: () => {
      throw new Error('it deletes');
    },
  };
  const poll = createRetentionPoll({ store, clock: { nowMs: () => 7 } }, undefined);
  expect((await poll())._unsafeUnwrap()).toBe(600_000);
});
