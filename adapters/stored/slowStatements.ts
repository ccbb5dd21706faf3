/** Is called for each statement of the database that takes `ms` or longer. */
export type SlowStatements = {
  readonly ms: number;
  /** `text` has no values: they may be a customer's. */
  readonly tell: (tookMs: number, text: string) => void;
};
