import type { Faults } from './faults.ts';

const none: Faults = { kills: false, freezes: false, crashes: 0, shared: false };

/** One kind of fault each, so that no other fault can explain a violation. */
export const faultPresets = {
  none,
  kills: { ...none, kills: true },
  freezes: { ...none, freezes: true },
  crashes: { ...none, crashes: 0.6 },
  shared: { ...none, shared: true },
} as const satisfies Readonly<Record<string, Faults>>;

/** A line of the product that protects an invariant, how it is removed, and what the checker then reports. */
export type Guard = {
  readonly name: string;
  readonly database: 'postgres' | 'sqlite';
  /** More than one where each of them protects the invariant alone. */
  readonly replacements: readonly Replacement[];
  /** The faults against which the guard protects. */
  readonly faults: Faults;
  /** An invoice service, if the guard is about it. */
  readonly invoices?: 'service';
  /** The checker must report at least one of these rules. */
  readonly expectedRules: readonly string[];
};

export type Replacement = {
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly find: string;
  readonly replace: string;
};
