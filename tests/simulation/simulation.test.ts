import { expect, test } from 'bun:test';
import { createCoverage } from './coverage.ts';
import { noOptions, runHistory } from './history.ts';
import { loadDrain } from './scheduler.ts';

const drain = await loadDrain();

test('Histories of the whole system with faults break no invariant', async () => {
  const coverage = createCoverage();
  for (let seed = 1; seed <= 60; seed++) {
    const { violations } = await runHistory(seed, noOptions, coverage, drain);
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
});

test('The same seed runs the same history, and another seed another one', async () => {
  const coverage = createCoverage();
  const traceOf = async (seed: number) => (await runHistory(seed, noOptions, coverage, drain)).traceHash;
  expect(await traceOf(7)).toBe(await traceOf(7));
  expect(await traceOf(7)).not.toBe(await traceOf(8));
});
