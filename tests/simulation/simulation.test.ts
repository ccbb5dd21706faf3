import { describe, expect, test } from 'bun:test';
import { execFileSync, spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { deno } from '../processes/processes.ts';
import { createCoverage } from './coverage.ts';
import { type HistoryOptions, noOptions, runHistory } from './history.ts';
import { lastingFaults } from './liveness.ts';
import { mutants } from './mutants.ts';
import { scenarios } from './scenarios.ts';
import { loadDrain } from './scheduler.ts';
import { openSqliteCopies } from './sqliteStore.ts';
import { readTraces } from './traces.ts';

const drain = await loadDrain();

const expectNothingBroken = async (
  seeds: readonly number[],
  options: HistoryOptions,
  coverage = createCoverage(),
): Promise<void> => {
  for (const seed of seeds) {
    const { violations } = await runHistory(seed, options, coverage, drain);
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
};

const seedsFrom = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index);

describe('Histories of the whole system', () => {
  test('Faults break no invariant on the memory store', async () => {
    const coverage = createCoverage();
    await expectNothingBroken(seedsFrom(1, 240), noOptions, coverage);
    // Late money, disputes, and orders that expire while they are paid for, are met by a few seeds already.
    const rare = ['payment declined → refunded', 'payment cancelled → refunded', 'refund succeeded → failed'];
    const disputes = ['dispute open → won', 'dispute open → lost', 'order released → expired'];
    for (const edge of [...rare, ...disputes])
      expect([edge, coverage.counts.has(edge)]).toEqual([edge, true]);
  });

  test('Faults break no invariant on SQLite', () =>
    expectNothingBroken(seedsFrom(1, 30), { ...noOptions, openStore: openSqliteCopies() }));

  test('A fault that lasts for ever keeps nothing from its rest that it does not explain', () =>
    expectNothingBroken(seedsFrom(1, 30), { ...noOptions, liveness: true }));

  test('No charge that a customer can pay is left open by a provider that was down for a day', () =>
    expectNothingBroken([153, 2586], { ...noOptions, liveness: true }));
});

describe('The simulation', () => {
  const traceOf = async (seed: number) =>
    (await runHistory(seed, noOptions, createCoverage(), drain)).traceHash;

  test('The same seed runs the same history, and another seed another one', async () => {
    expect(await traceOf(7)).toBe(await traceOf(7));
    expect(await traceOf(7)).not.toBe(await traceOf(8));
  });

  test('The same seed runs the same history in Bun and in Deno', async () => {
    const script = fileURLToPath(new URL('onDeno.ts', import.meta.url));
    const inDeno = execFileSync(deno, ['run', '--allow-all', script], { encoding: 'utf8' });
    expect(inDeno.trim().split('\n')).toEqual([...(await readTraces(drain))]);
  }, 60_000);

  test('A fault that is left out does not happen, and what came before it stays', async () => {
    const whole = await runHistory(3, noOptions, createCoverage(), drain);
    const left = whole.faults[10] ?? '';
    const ignored = new Set([left]);
    const without = await runHistory(3, { ...noOptions, ignored }, createCoverage(), drain);
    expect(without.faults).not.toContain(left);
    expect(without.faults.slice(0, 10)).toEqual(whole.faults.slice(0, 10));
  });

  test('A planted bug is found, and its history shrinks to few faults', () => {
    const program = fileURLToPath(new URL('run.ts', import.meta.url));
    const args = [program, '--mutant', 'the id of a refund at the provider', '--count', '40'];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stdout).toContain('refund_unknown');
    const [, faults] = /shrunk to (\d+) faults/.exec(stdout) ?? [];
    expect(Number(faults)).toBeLessThanOrEqual(25);
  });

  test('Each mutant names a scenario that there is', () => {
    const unknown = mutants.filter(({ scenario }) => scenario !== undefined && !scenarios.has(scenario));
    expect(unknown).toEqual([]);
  });

  test('Each lasting fault has a name of its own', () => {
    expect(new Set(lastingFaults.map(({ name }) => name)).size).toBe(lastingFaults.length);
  });
});
