/** What a soak measures: one value of each name for each sample. */
export type SoakSample = {
  /** The time since the start of the load, in minutes. */
  readonly minute: number;
  /** Orders that were bought since the last sample, a second. */
  readonly boughtPerSecond: number;
  readonly failed: number;
  /** Of a whole purchase: place an order, and pay it. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of a search for an order by its product. */
  readonly searchP99Ms: number;
  readonly residentMb: number;
  readonly databaseMb: number;
  readonly orders: number;
  /** Rows that come and go, by table. */
  readonly tasks: number;
  readonly events: number;
  readonly expiring: number;
  readonly counted: number;
};

/** The names of what is drawn, each in a chart of its own. */
export const drawn = [
  { name: 'p50Ms', title: 'A purchase, median', unit: 'ms' },
  { name: 'p99Ms', title: 'A purchase, 99 of 100', unit: 'ms' },
  { name: 'searchP99Ms', title: 'A search, 99 of 100', unit: 'ms' },
  { name: 'residentMb', title: 'Memory of the process', unit: 'MB' },
  { name: 'tasks', title: 'Waiting tasks', unit: 'rows' },
  { name: 'databaseMb', title: 'The database', unit: 'MB' },
] as const satisfies readonly {
  readonly name: keyof SoakSample;
  readonly title: string;
  readonly unit: string;
}[];
