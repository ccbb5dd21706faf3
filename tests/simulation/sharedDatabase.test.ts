import { describe, expect, test } from 'bun:test';
import { createCoverage } from './coverage.ts';
import { noOptions, runHistory } from './history.ts';
import { createScheduler, loadDrain } from './scheduler.ts';
import { openSqliteCopies } from './sqliteStore.ts';
import { openMemoryStore } from './stores.ts';
import { withRareUpkeep } from './upkeep.ts';
import { createServerWorld } from './world.ts';

const drain = await loadDrain();

describe('Histories that share a database', () => {
  test('A history over SQLite is the same after others as alone', async () => {
    const tracesOf = async (seeds: readonly number[]) => {
      const options = { ...noOptions, openStore: openSqliteCopies() };
      const traces: string[] = [];
      for (const seed of seeds)
        traces.push((await runHistory(seed, options, createCoverage(), drain)).traceHash);
      return traces;
    };
    const alone = [...(await tracesOf([4])), ...(await tracesOf([2]))];
    expect((await tracesOf([1, 4, 2])).slice(1)).toEqual(alone);
  });
});

describe('Rare upkeep', () => {
  test('The stock is compared once a minute, whichever process asks', async () => {
    let nowMs = 0;
    let looks = 0;
    const world = createServerWorld(createScheduler(0, 1), 1);
    const { store } = openMemoryStore(world, createCoverage());
    const { ledger } = withRareUpkeep(
      {
        ...store,
        ledger: {
          ...store.ledger,
          compareStock: (slice, atMs) => {
            looks++;
            return store.ledger.compareStock(slice, atMs);
          },
        },
      },
      () => nowMs,
    );
    const slice = { afterProductId: null, afterOrderId: null };
    for (const ms of [0, 5_000, 59_999]) {
      nowMs = ms;
      await ledger.compareStock(slice, nowMs);
    }
    expect(looks).toBe(1);
    nowMs = 60_000;
    await ledger.compareStock(slice, nowMs);
    expect(looks).toBe(2);
  });
});
