import type { SoakSample } from './plan.ts';

/** How much more the last third may have than the second, and what does not count. */
type Bound = { readonly name: keyof SoakSample; readonly factor: number; readonly allowance: number };

/**
 * The first third fills caches, so it is not compared. A leak or a table that nobody empties grows from the second third
 * to the last one. The allowances are what one sample may differ from another on a machine that is shared.
 */
const bounds: readonly Bound[] = [
  { name: 'p50Ms', factor: 1.25, allowance: 2 },
  { name: 'p99Ms', factor: 1.5, allowance: 10 },
  { name: 'searchP99Ms', factor: 1.5, allowance: 10 },
  { name: 'residentMb', factor: 1.1, allowance: 20 },
  { name: 'tasks', factor: 1.5, allowance: 200 },
  { name: 'events', factor: 1.5, allowance: 200 },
  { name: 'expiring', factor: 1.5, allowance: 200 },
  { name: 'counted', factor: 1.5, allowance: 200 },
];

/** How much more an order may take in the database in the last third. */
const bytesFactor = 1.2;

/** What is not flat, as text. Empty if all is. Throws if there are too few samples to say. */
export const judgeSoak = (samples: readonly SoakSample[]): readonly string[] => {
  if (samples.length < 6) throw new Error(`a soak needs 6 samples, and there are ${samples.length}`);
  const third = Math.floor(samples.length / 3);
  const [second, last] = [samples.slice(-2 * third, -third), samples.slice(-third)];
  const found = bounds.flatMap(({ name, factor, allowance }) => {
    const [before, after] = [median(second, name), median(last, name)];
    const most = before * factor + allowance;
    return after <= most ? [] : [`${name}: ${show(after)} in the last third, ${show(before)} in the second`];
  });
  const failed = samples.reduce((sum, sample) => sum + sample.failed, 0);
  if (failed > 0) found.push(`${failed} requests failed`);
  const [before, after] = [bytesAnOrder(second), bytesAnOrder(last)];
  if (after > before * bytesFactor)
    found.push(`bytes an order: ${show(after)} in the last third, ${show(before)} in the second`);
  return found;
};

const median = (samples: readonly SoakSample[], name: keyof SoakSample): number =>
  samples.map((sample) => sample[name]).toSorted((one, other) => one - other)[
    Math.floor(samples.length / 2)
  ] ?? 0;

const bytesAnOrder = (samples: readonly SoakSample[]): number => {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.orders === first.orders) return 0;
  return ((last.databaseMb - first.databaseMb) * 1_000_000) / (last.orders - first.orders);
};

const show = (value: number): string => value.toFixed(value < 100 ? 1 : 0);
