/** How long what grows is kept, ms. Null: forever. */
export type Retention = {
  /** The step ledger of tasks that are done. */
  readonly ledgerMs: number | null;
  /** Captured mails. At most `capturedMailsMax` of them are kept in any case. */
  readonly mailsMs: number | null;
};

/** One slice of what is deleted. */
export type RetentionSlice = Retention & {
  /** At most so many rows of each kind. */
  readonly limit: number;
};

/** How many captured mails are kept, the newest. Nobody reads more of them, and each may have a page of text. */
export const capturedMailsMax = 100_000;
