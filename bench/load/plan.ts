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

export type PlannedRequest = {
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

/** The input of the open load generator, whose requests come at their own times. */
export type OpenPlan = Omit<Plan, 'requests'> & {
  /** Opened before the load, and at least as many as there are requests under way at a time. */
  readonly connections: number;
  /** The requests that arrive in a second. */
  readonly perSecond: number;
  /** The longest that the provider takes for a request. */
  readonly delayMaxMs: number;
  /** True if the provider takes no time, whatever the requests say. */
  readonly isInstant: boolean;
  /** Each with the time that the provider takes. */
  readonly requests: readonly (PlannedRequest & { readonly delayMs: number })[];
};

export type OpenLoadResult = Pick<LoadResult, 'statuses' | 'p99Ms' | 'cpuSeconds'> & {
  /** Responses a second, while requests arrive. */
  readonly perSecond: number;
  /** The most requests under way at a time. */
  readonly openMax: number;
  /** Without the time that the provider took. */
  readonly ownP50Ms: number;
  readonly ownP99Ms: number;
};
