/**
 * Numbers about this process and the shop, for monitoring. The names and units follow the conventions of
 * Prometheus: base units, and `_total` for a counter. A label has few values, all known beforehand: never an id, an
 * address or anything else from outside.
 */
export interface Metrics {
  counter(definition: MetricDefinition): (...labels: readonly string[]) => Counter;
  gauge(definition: MetricDefinition): GaugeFamily;
  /** `buckets` are upper bounds, ascending. */
  histogram(
    definition: MetricDefinition & { readonly buckets: readonly number[] },
  ): (...labels: readonly string[]) => Histogram;
  /** Calls `read` before each page is rendered. It sets gauges. Its page comes without it if it fails or is late. */
  onRead(read: () => void | Promise<void>): void;
}

export type MetricDefinition = {
  readonly name: string;
  readonly help: string;
  /** The names of the labels, in the order of their values. */
  readonly labels?: readonly string[];
};

type Counter = { inc(by?: number): void };
type Histogram = { observe(value: number): void };

export type GaugeFamily = {
  set(value: number, ...labels: readonly string[]): void;
  /** Removes all values: what is not set again is not known any more. */
  clear(): void;
};

/** A page of all metrics, in the format that the `Accept` header of a scraper prefers. */
export type RenderMetrics = (
  accept: string | null,
) => Promise<{ readonly contentType: string; readonly text: string }>;

/** Seconds of a request or call: from a read in memory to a payment that takes its whole time limit. */
export const secondsBuckets: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];
