/** The input of the load generator, a JSON file. */
export type Plan = {
  readonly port: number;
  readonly connections: number;
  /** The number of requests before the measurement. */
  readonly warmUp: number;
  /** The number of measured requests. */
  readonly measured: number;
  readonly path: string;
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent in this order, and again from the first if there are fewer than needed. */
  readonly requests: readonly PlannedRequest[];
};

type PlannedRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The output of the load generator. */
export type LoadResult = {
  readonly statuses: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The CPU time of the load generator itself during the measurement. */
  readonly cpuSeconds: number;
};
