import type { Footprint, Tables } from './footprint.ts';

/** What one step does that another session can notice. */
export type Access = Footprint & {
  /** What others see from now on, and the locks that they get: all that its transaction has written, if it ends. */
  readonly publishes: Tables;
};

/** Who can go on, and what the step does. */
export type Option = { readonly session: number; readonly access: Access };

/**
 * Whether two steps of different sessions, one right after the other, may come to something else in the other order.
 * Statements at READ COMMITTED see what was committed before they began, so a write meets only locks and writes, until its
 * transaction ends.
 */
export const areDependent = (one: Access, other: Access): boolean =>
  (one.writes & other.writes) !== 0n ||
  (one.publishes & (other.reads | other.writes | other.publishes)) !== 0n ||
  (other.publishes & (one.reads | one.writes)) !== 0n;

export const joinAccess = (one: Access, other: Access): Access => ({
  reads: one.reads | other.reads,
  writes: one.writes | other.writes,
  publishes: one.publishes | other.publishes,
});

/** Changes rows of one table, and locks no others. */
export const isPlainChange = (text: string): boolean =>
  /^\s*(update|delete)\b/i.test(text) && !/\bfor\s+(update|no\s+key|key\s+share|share)\b/i.test(text);

const isEnd = /^\s*(commit|rollback|end)\b/i;

/**
 * Follows one session: what its next statement does, and what its transaction has written. `inTransaction` is what the
 * server said last.
 */
export const createAccessTracker = (footprintOf: (text: string) => Footprint) => {
  let written: Tables = 0n;
  return {
    /** What the statement would do now. */
    accessOf: (text: string, inTransaction: boolean): Access => {
      if (isEnd.test(text)) return { reads: 0n, writes: 0n, publishes: written };
      const { reads, writes } = footprintOf(text);
      return { reads, writes, publishes: inTransaction ? 0n : writes };
    },
    /** It was released. */
    follow: ({ writes, publishes }: Access): void => {
      written = publishes === 0n ? written | writes : 0n;
    },
    /** What the end of the transaction would publish. */
    written: (): Tables => written,
  };
};
