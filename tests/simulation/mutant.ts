import type { Replacement } from '../replacement.ts';

/** A guard that is taken out, and what is expected of it then. */
export type Mutant = {
  readonly name: string;
  readonly replacements: readonly Replacement[];
  /** Caught in liveness mode only. */
  readonly liveness?: boolean;
  /** The scenario that catches it. Undefined: any seeds do. */
  readonly scenario?: string;
  /** Why nothing catches it. Null: histories catch it. */
  readonly redundant: string | null;
};

export const mutant = (
  name: string,
  file: string,
  find: string,
  replace: string,
  more: Partial<Mutant> = {},
): Mutant => ({
  ...{ name, replacements: [{ file, find, replace }], redundant: null },
  ...more,
});
