import { createTestWorld } from '../world.ts';
import type { Schedule } from './engine/explore.ts';
import { grounds } from './grounds/index.ts';
import { allLostAnswers, type LostAnswer, loseAnswers, nameOfLost } from './lostAnswers.ts';
import { allPairs, exploreScenario, nameOf, type Scenario } from './scenario.ts';
import { type BuiltGround, buildGround, type Stage } from './stage.ts';
import { allTriples } from './triples.ts';

/** Verbs beside one another, or one whose connection is lost. */
export type Work =
  | { readonly kind: 'scenario'; readonly name: string; readonly scenario: Scenario }
  | { readonly kind: 'lost'; readonly name: string; readonly lost: LostAnswer };

export type WorkOptions = {
  readonly schedules: number;
  readonly seed: number;
  readonly isReduced: boolean;
  readonly only: Schedule | null;
};

/** What came out. It goes from one process to another. */
export type WorkResult = {
  readonly schedules: number;
  readonly isWhole: boolean;
  readonly cuts: number;
  /** Null if nothing is broken. `schedule` is null if a connection was lost. */
  readonly broken: {
    readonly name: string;
    readonly schedule: Schedule | null;
    readonly faults: readonly string[];
    readonly steps: readonly string[];
  } | null;
};

const groundOf = (work: Work) => (work.kind === 'scenario' ? work.scenario.ground : work.lost.ground);

/** All work, by ground, because rows have to be built for each. `only` is a name, or a part of some, and `without` a part of those that are left out. */
export const listWork = ({
  only,
  without,
  lost,
  orders,
}: {
  readonly only: string | undefined;
  readonly without: string | undefined;
  readonly lost: boolean;
  readonly orders: boolean;
}): readonly Work[] => {
  const scenarios = orders ? [...allPairs(), ...allTriples()] : [];
  const all: readonly Work[] = [
    ...scenarios.map((scenario): Work => ({ kind: 'scenario', name: nameOf(scenario), scenario })),
    ...(lost ? allLostAnswers() : []).map(
      (each): Work => ({ kind: 'lost', name: nameOfLost(each), lost: each }),
    ),
  ];
  const exact = all.filter(({ name }) => name === only);
  const chosen = (
    exact.length > 0 ? exact : all.filter(({ name }) => only === undefined || name.includes(only))
  ).filter(({ name }) => without === undefined || !name.includes(without));
  return grounds.flatMap((ground) => chosen.filter((work) => groundOf(work) === ground));
};

/** Does one work after the other on a stage. */
export const createWorker = (stage: Stage, options: WorkOptions) => {
  let built: BuiltGround | null = null;
  return async (work: Work): Promise<WorkResult> => {
    const ground = groundOf(work);
    if (built?.spec !== ground) built = await buildGround(stage, ground);
    if (work.kind === 'lost') {
      const { runs, faults } = await loseAnswers(stage, built, work.lost);
      const broken = faults.length === 0 ? null : { name: work.name, schedule: null, faults, steps: [] };
      return { schedules: 0, isWhole: true, cuts: runs, broken };
    }
    const { random } = createTestWorld(0, options.seed + hash(work.name));
    const { schedules, isWhole, broken } = await exploreScenario(stage, built, work.scenario, {
      ...{ max: options.schedules, random, only: options.only, isReduced: options.isReduced },
    });
    return { schedules, isWhole, cuts: 0, broken: broken === null ? null : { name: work.name, ...broken } };
  };
};

/** FNV-1a. So a scenario draws the same orders whatever runs beside it. */
const hash = (text: string): number =>
  [...text].reduce((sum, sign) => Math.imul(sum ^ (sign.codePointAt(0) ?? 0), 0x01000193) >>> 0, 0x811c9dc5);
