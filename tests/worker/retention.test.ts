import { expect, spyOn, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { Retention, RetentionSlice } from '../../core/retention.ts';
import { createRetentionPoll } from '../../worker/retention.ts';
import { createFixture } from './harness.ts';

const retention: Retention = {
  ...{ responses: 1_000, ledger: 2_000, activity: null, providerEvents: 3_000, mails: null },
  ...{ events: 1_000, deliveries: 1_000 },
};

const createPoll = (isMore: (slice: RetentionSlice) => boolean) => {
  const slices: RetentionSlice[] = [];
  const store = {
    dropOld: async (slice: RetentionSlice) => {
      slices.push(slice);
      return ok({ rows: 1, isMore: isMore(slice) });
    },
  };
  const poll = createRetentionPoll({ store, clock: { nowMs: () => 10_000 } }, retention);
  const run = async (times: number) => {
    const pauses = [];
    for (let time = 0; time < times; time++) pauses.push((await poll())._unsafeUnwrap());
    return pauses;
  };
  return { run, slices };
};

test('The retention deletes one slice of one kind at a time, and goes on with a kind until nothing is left of it', async () => {
  let ledgers = 3;
  const { run, slices } = createPoll(({ kind }) => kind === 'ledger' && --ledgers > 0);
  expect(await run(7)).toEqual([100, 100, 100, 100, 0, 100, 600_000]);
  expect(slices.map(({ kind, beforeMs }) => [kind, beforeMs])).toEqual([
    ['responses', 9_000],
    ['ledger', 8_000],
    ['ledger', 8_000],
    ['ledger', 8_000],
    ['providerEvents', 7_000],
    // Kept forever, but not more than the most that are kept.
    ['mails', 0],
  ]);
  await run(1);
  expect(slices.at(-1)?.kind).toBe('responses');
});

test('A slice that fails is tried again after the other kinds', async () => {
  const asked: string[] = [];
  const store = {
    dropOld: async ({ kind }: RetentionSlice) => {
      asked.push(kind);
      return asked.length === 1
        ? err({ kind: 'unavailable' as const, reason: 'down' })
        : ok({ rows: 0, isMore: false });
    },
  };
  const poll = createRetentionPoll({ store, clock: { nowMs: () => 10_000 } }, retention);
  for (let time = 0; time < 6; time++) await poll();
  expect(asked).toEqual(['responses', 'ledger', 'providerEvents', 'mails', 'responses']);
});

test('A worker without settings of the retention deletes nothing', async () => {
  const poll = createRetentionPoll(
    {
      store: {
        dropOld: () => {
          throw new Error('it deletes');
        },
      },
      clock: { nowMs: () => 7 },
    },
    undefined,
  );
  expect((await poll())._unsafeUnwrap()).toBe(600_000);
});

test('A worker deletes what its settings say, kind by kind, and nothing that is younger', async () => {
  const fixture = await createFixture();
  const { store, world } = fixture;
  const dropped = spyOn(store, 'dropOld');
  const { advance } = fixture.startWorker({}, { retention });
  for (let round = 0; round < 10; round++) await advance(1_000);
  const kinds = new Set(dropped.mock.calls.map(([slice]) => slice.kind));
  expect([...kinds].toSorted()).toEqual(['ledger', 'mails', 'providerEvents', 'responses']);
  for (const [{ kind, beforeMs }] of dropped.mock.calls)
    expect(beforeMs).toBeLessThanOrEqual(world.clock.nowMs() - (retention[kind] ?? 0));
});
