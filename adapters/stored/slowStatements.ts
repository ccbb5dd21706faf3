/** Watches for statements of the database that take `ms` or longer. */
export type SlowStatements = {
  readonly ms: number;
  /** Called for each of them. `text` has no values: they may be a customer's. */
  readonly onSlow: (tookMs: number, text: string) => void;
};
