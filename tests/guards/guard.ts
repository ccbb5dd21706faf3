import type { Faults } from '../chaos/run/faults.ts';
import type { Replacement } from '../replacement.ts';

/** A test that fails without the guard. */
export type CaughtByTest = {
  readonly by: 'test';
  readonly file: string;
  /** A part of the names of the tests that fail. */
  readonly pattern: string;
  /** How long the test took to fail, with its start, on a machine that was busy with other work. */
  readonly seconds: number;
  /** How often it may run until it fails. 1, but for a test under load, in which rows meet by chance. */
  readonly tries?: number;
};

/** Histories of the simulation that break without the guard. */
export type CaughtBySimulation = {
  readonly by: 'simulation';
  readonly store?: 'memory' | 'sqlite';
  /** One fault lasts for ever. */
  readonly liveness?: boolean;
  /** The scenario of the histories. Undefined: any seeds do. */
  readonly scenario?: string | undefined;
  /** How many ran until one was broken when this was written. Ten times as many may run. */
  readonly histories: number;
};

/** Orders of statements on PostgreSQL that break a rule without the guard. */
export type CaughtByInterleavings = {
  readonly by: 'interleavings';
  /** A part of the scenario's name. */
  readonly scenario: string;
  /** How many ran until one was broken when this was written. 200 may run. */
  readonly schedules: number;
};

/** Real processes that break a rule without the guard, within a few runs. */
export type CaughtByKill = {
  readonly by: 'kill';
  readonly database: 'postgres' | 'sqlite';
  /** The faults against which the guard protects. */
  readonly faults: Faults;
  /** The checker must report at least one of these rules. */
  readonly expectedRules: readonly string[];
};

export type CaughtBy = CaughtByTest | CaughtBySimulation | CaughtByInterleavings | CaughtByKill;

/** A lock, fence, key, unique index, re-check or rule. Without it an invariant breaks, and something notices. */
export type CaughtGuard = {
  readonly name: string;
  /** More than one where each of them protects the invariant alone. */
  readonly replacements: readonly Replacement[];
  readonly caughtBy: CaughtBy;
};

/** A text that stands in a file `times` times: once if that is left out. */
export type Place = { readonly file: string; readonly find: string; readonly times?: number };

/** Something that looks like a guard, or protects only along with another one. Taken out, it breaks no invariant. */
export type RedundantGuard = {
  readonly name: string;
  readonly places: readonly Place[];
  /** Which other guard holds, or why there is nothing to protect. */
  readonly reason: string;
};

export type Guard = CaughtGuard | RedundantGuard;

export const isCaught = (guard: Guard): guard is CaughtGuard => 'caughtBy' in guard;

/** Where the texts of a guard stand. */
export const placesOf = (guard: Guard): readonly Place[] =>
  isCaught(guard) ? guard.replacements : guard.places;

/** Makes a row of the list. */
export const guard = (
  name: string,
  replaced: readonly [file: string, find: string, replace: string, times?: number],
  caughtBy: CaughtBy,
): CaughtGuard => ({ name, replacements: [replacementOf(...replaced)], caughtBy });

/** Makes a row of a guard that stands in more than one place. */
export const guardOfSeveral = (
  name: string,
  replaced: readonly (readonly [file: string, find: string, replace: string, times?: number])[],
  caughtBy: CaughtBy,
): CaughtGuard => ({ name, replacements: replaced.map((each) => replacementOf(...each)), caughtBy });

const replacementOf = (file: string, find: string, replace: string, times = 1): Replacement => ({
  ...{ file, find, replace, times },
});

/** Makes a row that is not taken out. */
export const redundant = (
  name: string,
  places: readonly (readonly [file: string, find: string, times?: number])[],
  reason: string,
): RedundantGuard => ({
  name,
  places: places.map(([file, find, times = 1]) => ({ file, find, times })),
  reason,
});

export const inTest = (file: string, pattern: string, seconds: number, tries = 1): CaughtByTest => ({
  ...{ by: 'test', file, pattern, seconds, tries },
});

export const stepped = (scenario: string, schedules: number): CaughtByInterleavings => ({
  ...{ by: 'interleavings', scenario, schedules },
});
