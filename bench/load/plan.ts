/** What the load generator is to do; a file of JSON. */
export type Plan = {
  readonly port: number;
  readonly connections: number;
  /** Sent before anything is measured. */
  readonly warmUp: number;
  /** Sent and measured. */
  readonly measured: number;
  readonly path: string;
  /** Of every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** One a request, from the first on, and from the first again where there are fewer. */
  readonly requests: readonly PlannedRequest[];
};

type PlannedRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What it tells when it is done; times in ms. */
export type LoadResult = {
  readonly statuses: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the load generator itself, while it measured. */
  readonly cpuSeconds: number;
};
