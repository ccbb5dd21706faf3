import type { Random } from '../../core/world.ts';
import { type Choose, explore, followThenDraw, type Schedule } from './engine/explore.ts';
import type { AnyGround } from './ground.ts';
import { grounds } from './grounds/index.ts';
import { type BuiltGround, type Outcome, runVerbs, type Stage, serialDigests, verbOf } from './stage.ts';

/** Verbs that meet on a ground, one in each session. */
export type Scenario = { readonly ground: AnyGround; readonly verbs: readonly string[] };

export const nameOf = ({ ground, verbs }: Scenario): string => `${ground.name}: ${verbs.join(' × ')}`;

/** Each verb of each ground beside each other one, and beside itself. */
export const allPairs = (): readonly Scenario[] =>
  grounds.flatMap((ground) => {
    const names = Object.keys(ground.verbs);
    return names.flatMap((one, index) =>
      names.slice(index).map((other): Scenario => ({ ground, verbs: [one, other] })),
    );
  });

export type Broken = {
  readonly scenario: Scenario;
  readonly schedule: Schedule;
  readonly steps: readonly string[];
  readonly faults: readonly string[];
};

export type Explored = {
  readonly schedules: number;
  /** Every order of the steps was run. */
  readonly isWhole: boolean;
  /** What the orders came to. */
  readonly outcomes: ReadonlySet<string>;
  readonly broken: Broken | null;
};

const shortOf = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 100);

/** Runs every order of the steps of the scenario, up to `max`, until one is broken. */
export const exploreScenario = async (
  stage: Stage,
  built: BuiltGround,
  scenario: Scenario,
  {
    max,
    random,
    only = null,
    isReduced = true,
  }: {
    readonly max: number;
    readonly random: Random;
    readonly only?: Schedule | null;
    /** Orders that come to the same are run once. */
    readonly isReduced?: boolean;
  },
): Promise<Explored> => {
  const { verbs } = scenario;
  const { digests: allowed, broken: brokenAlone } = await serialDigests(stage, built, verbs);
  const isSeveral = verbs.some((name) => verbOf(built, name).isSeveral === true);
  let broken: Broken | null = null;
  const outcomes = new Set<string>();
  const describe = ({ run }: Outcome, faults: readonly string[]): Broken => ({
    scenario,
    schedule: run.steps.map(({ session }) => session),
    steps: run.steps.map(({ session, text }) => `${session} ${shortOf(text)}`),
    faults,
  });
  for (const outcome of brokenAlone) broken = describe(outcome, ['one after the other:', ...outcome.faults]);
  const runOne = async (choose: Choose) => {
    const outcome = await runVerbs(stage, built, verbs, choose);
    const { run, digest, faults } = outcome;
    outcomes.add(digest);
    const all =
      isSeveral || allowed.has(digest) ? faults : [...faults, `not_serial ${differenceOf(digest, allowed)}`];
    if (all.length === 0) return run;
    broken = describe(outcome, all);
    return null;
  };
  if (only !== null) {
    await runOne(followThenDraw(only, random));
    return { schedules: 1, isWhole: false, outcomes, broken };
  }
  const explored = await explore(runOne, { max, random, isReduced });
  return { ...explored, outcomes, broken };
};

/** The lines in which the nearest serial outcome differs. */
const differenceOf = (digest: string, allowed: ReadonlyMap<string, string>): string => {
  const lines = digest.split('\n');
  const differences = [...allowed].map(([other, order]) => {
    const others = other.split('\n');
    const missing = others.filter((line) => !lines.includes(line));
    const extra = lines.filter((line) => !others.includes(line));
    return { order, missing, extra, size: missing.length + extra.length };
  });
  const [nearest] = differences.toSorted((one, other) => one.size - other.size);
  if (nearest === undefined) return '';
  const { order, missing, extra } = nearest;
  return [
    `beside “${order}”:`,
    ...missing.map((line) => `  - ${line}`),
    ...extra.map((line) => `  + ${line}`),
  ].join('\n');
};
