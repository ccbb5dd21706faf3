import { describe, expect, test } from 'bun:test';
import { createCoverage } from './coverage.ts';
import { tooRare } from './coverageReport.ts';
import { noOptions, runHistory } from './history.ts';
import { scenarios } from './scenarios.ts';
import { loadDrain } from './scheduler.ts';

const drain = await loadDrain();

/** What a few histories of each scenario meet. */
const encounters: Readonly<Record<string, readonly string[]>> = {
  'a refusal after the recovery took over': ['payment initiated → unknown', 'payment cancelled → initiated'],
  'orders expire while they are paid for': ['order released → expired'],
  'two workers decide one refund': ['refund requested → succeeded', 'fate slow refund'],
  'refunds of both sides meet': ['fate lost refund', 'fate slow readCharge', 'refund succeeded → failed'],
  'late money, refunds and lost disputes': [
    ...['payment declined → refunded', 'payment cancelled → refunded'],
    ...['dispute open → lost', 'refund succeeded → failed'],
  ],
  'receivers of events fail': [
    'fate lost post',
    'fate deferred post',
    'fate lost produce',
    'fate partly produce',
  ],
  'services of other companies fail': ['fate lost serve', 'fate doubled serve', 'task running → parked'],
  'servers are ill, and what is said of them is lost': ['fate unwell serve', 'fate lost pauses.finishProbe'],
  'orders leave their group and come back': [
    'task new → paused',
    'task paused → done',
    'task paused → failed',
  ],
  'a stock is set while it is sold': ['fate slow products.change'],
};

describe('Each scenario', () => {
  test.each([...scenarios.keys()])('Breaks no invariant, and meets what it is for: %s', async (scenario) => {
    const coverage = createCoverage();
    for (let seed = 1; seed <= 12; seed++) {
      const { violations } = await runHistory(seed, { ...noOptions, scenario }, coverage, drain);
      expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
    const missing = (encounters[scenario] ?? []).filter((name) => !coverage.counts.has(name));
    expect(missing).toEqual([]);
  });

  test('A scenario names what it is to meet', () => {
    expect(Object.keys(encounters).sort()).toEqual([...scenarios.keys()].sort());
  });
});

describe('The coverage of a run', () => {
  test('An edge is too rare if fewer than one in a thousand histories have met it', () => {
    const counts = new Map([['order pending → paying', 9]]);
    expect(tooRare(counts, 9_999)).not.toContain('order pending → paying');
    expect(tooRare(counts, 10_000)).toContain('order pending → paying');
    expect(tooRare(counts, 10)).toContain('order paying → paid');
  });

  test('A fate or a fault that a frequent verb never met is missing', () => {
    const counts = new Map([['fate none charge', 5_000]]);
    expect(tooRare(counts, 5_000)).toContain('fate lost charge');
    expect(tooRare(counts, 5_000)).toContain('pair crash charge');
    expect(tooRare(new Map([['fate none charge', 499]]), 499)).not.toContain('fate lost charge');
  });
});
