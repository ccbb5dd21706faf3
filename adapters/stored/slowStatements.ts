/** Hears of statements of the database that take `ms` or longer. */
export type SlowStatements = {
  readonly ms: number;
  /** `text` has no values: they may be a customer's. */
  readonly tell: (tookMs: number, text: string) => void;
};
