import type { MetricDefinition, Metrics, RenderMetrics } from '../../core/metrics.ts';
import { type Timer, withTimeout } from '../../core/timer.ts';
import { contentTypes, type Family, formatOf, renderBound, renderFamilies, type Sample } from './text.ts';

/** More series of one family would be a label with values from outside: they are counted as one, `other`. */
const seriesMax = 1_000;
const other = 'other';

/** A page waits this long for what is read for it. */
const readMs = 2_000;

type Labels = readonly string[];

/** The children of a family, each for one combination of labels. */
type Children<Child> = { readonly at: (labels: Labels) => Child; readonly all: Map<string, [Labels, Child]> };

export type Registry = Metrics & { readonly render: RenderMetrics };

/** The metrics of one process. Counting is a look-up and an addition; all else happens when a page is rendered. */
export const createRegistry = (timer: Timer): Registry => {
  const families = new Map<string, () => Family>();
  const reads: (() => void | Promise<void>)[] = [];

  const add = (
    { name, help }: MetricDefinition,
    type: Family['type'],
    samples: () => readonly Sample[],
  ): void => {
    if (families.has(name)) throw new Error(`there are two metrics ${name}`);
    families.set(name, () => ({ name, type, help, samples: samples() }));
  };

  return {
    counter: (definition) => {
      const { at, all } = createChildren(definition, () => {
        let count = 0;
        return {
          value: () => count,
          inc: (by = 1) => {
            count += by;
          },
        };
      });
      add(definition, 'counter', () => valuesOf(definition, all));
      return (...labels) => at(labels);
    },
    gauge: (definition) => {
      const { at, all } = createChildren(definition, () => {
        let current = 0;
        return {
          value: () => current,
          set: (to: number) => {
            current = to;
          },
        };
      });
      add(definition, 'gauge', () => valuesOf(definition, all));
      return { set: (value, ...labels) => at(labels).set(value), clear: () => all.clear() };
    },
    histogram: (definition) => {
      const { at, all } = createChildren(definition, () => createBuckets(definition.buckets));
      add(definition, 'histogram', () =>
        [...all.values()].flatMap(([labels, buckets]) => buckets.samples(pairsOf(definition, labels))),
      );
      return (...labels) => at(labels);
    },
    onRead: (read) => {
      reads.push(read);
    },
    render: async (accept) => {
      await Promise.all(reads.map((read) => readInTime(timer, read)));
      const format = formatOf(accept);
      const text = renderFamilies(
        [...families.values()].map((family) => family()),
        format,
      );
      return { contentType: contentTypes[format], text };
    },
  };
};

/** What cannot be read now must not hide the rest: it may be what somebody looks for. */
const readInTime = async (timer: Timer, read: () => void | Promise<void>): Promise<void> => {
  try {
    await withTimeout(timer, readMs, Promise.resolve(read()), () => {}, { background: true });
  } catch {
    // Its own metrics say that it is old.
  }
};

const createChildren = <Child>(
  { name, labels: names = [] }: MetricDefinition,
  create: () => Child,
): Children<Child> => {
  const all: Children<Child>['all'] = new Map();
  const at = (labels: Labels): Child => {
    const key = labels.length === 1 ? (labels[0] ?? '') : labels.join('\n');
    const known = all.get(key);
    if (known !== undefined) return known[1];
    if (labels.length !== names.length)
      throw new Error(`${name} has the labels ${names.join(', ')}, and got ${labels.length} values`);
    if (all.size >= seriesMax && labels.some((label) => label !== other)) return at(names.map(() => other));
    const child = create();
    all.set(key, [labels, child]);
    return child;
  };
  // A metric without labels is 0 from the start, so that its first event is an increase.
  if (names.length === 0) at([]);
  return { at, all };
};

const pairsOf = ({ labels: names = [] }: MetricDefinition, values: Labels): Sample['labels'] =>
  names.map((name, index) => [name, values[index] ?? ''] as const);

const valuesOf = (
  definition: MetricDefinition,
  all: Children<{ value(): number }>['all'],
): readonly Sample[] =>
  [...all.values()].map(([labels, child]) => ({
    suffix: '',
    labels: pairsOf(definition, labels),
    value: child.value(),
  }));

const createBuckets = (bounds: readonly number[]) => {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let sum = 0;
  return {
    observe: (value: number): void => {
      let index = 0;
      while (index < bounds.length && value > (bounds[index] as number)) index++;
      counts[index] = (counts[index] as number) + 1;
      sum += value;
    },
    samples: (labels: Sample['labels']): readonly Sample[] => {
      let count = 0;
      const buckets = [...bounds.map(renderBound), '+Inf'].map((bound, index) => {
        count += counts[index] as number;
        return { suffix: '_bucket', labels: [...labels, ['le', bound] as const], value: count };
      });
      return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }];
    },
  };
};
