import type { Dangers } from './faults.ts';

const none: Dangers = { kills: false, freezes: false, crashes: 0 };

/** One sort of danger each, so that nothing else can be what was seen. */
export const only = {
  none,
  kills: { ...none, kills: true },
  freezes: { ...none, freezes: true },
  crashes: { ...none, crashes: 0.6 },
} as const satisfies Readonly<Record<string, Dangers>>;

/** A guard, how it is taken out, and by which rules of the checker that must be seen. */
export type Guard = {
  readonly name: string;
  readonly database: 'postgres' | 'sqlite';
  /** More than one where either alone would still hold. */
  readonly places: readonly Place[];
  /** What the guard is there for. */
  readonly dangers: Dangers;
  /** At least one of them. */
  readonly seenAs: readonly string[];
};

export type Place = {
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
};
