import { oneAfterAnother } from './engine/explore.ts';
import type { AnyGround } from './ground.ts';
import { grounds } from './grounds/index.ts';
import { type BuiltGround, runVerbs, type Stage, verbOf } from './stage.ts';

/** A verb whose connection is lost at one of its statements, and that is then called again. */
export type LostAnswer = {
  readonly ground: AnyGround;
  readonly verb: string;
};

/** Verbs of so many statements that it is enough to lose their connections in these grounds. */
const longVerbs: Readonly<Record<string, readonly string[]>> = {
  'customers.eraseSlice': ['pending orders', 'a failed task'],
};

export const nameOfLost = ({ ground, verb }: LostAnswer): string => `${ground.name}: ${verb}, lost`;

export const allLostAnswers = (): readonly LostAnswer[] =>
  grounds.flatMap((ground) =>
    Object.entries(ground.verbs)
      .filter(([, { isSeveral }]) => isSeveral !== true)
      .filter(([, { port }]) => longVerbs[port]?.includes(ground.name) ?? true)
      .map(([verb]) => ({ ground, verb })),
  );

/**
 * Loses the connection before and after each statement of the verb, and calls the verb again. What comes out must be what
 * one call comes to, or two: after a lost answer to `COMMIT` the caller does not know that all is written.
 */
export const loseAnswers = async (
  stage: Stage,
  built: BuiltGround,
  { verb }: LostAnswer,
): Promise<{ readonly runs: number; readonly faults: readonly string[] }> => {
  const inTurn = oneAfterAnother([0, 1]);
  const once = await runVerbs(stage, built, [verb], inTurn);
  const untouched = await runVerbs(stage, built, [null], inTurn);
  const twice = await runVerbs(stage, built, [verb, verb], inTurn);
  const faults: string[] = [];
  const judge = (
    name: string,
    { faults: found, state }: Awaited<ReturnType<typeof runVerbs>>,
    isOver: boolean,
  ) => {
    // The second call may wait for the server to notice that the first connection is lost.
    const own = found.filter((fault) => !fault.startsWith('threw') && fault !== 'deadlock');
    const isSkipped = verbOf(built, verb).skips === true && state === untouched.state;
    const isKnown = state === once.state || state === twice.state || isSkipped;
    if (own.length > 0) faults.push(`${name}: ${own.join('; ')}`);
    else if (isOver && !isKnown) faults.push(`${name}: neither what one call does nor what two do`);
  };
  let runs = 0;
  for (let at = 0; at < once.run.steps.length; at++)
    for (const when of ['before', 'after'] as const) {
      const name = `lost ${when} statement ${at}`;
      judge(name, await runVerbs(stage, built, [verb], inTurn, { at, when }), false);
      judge(`${name}, and again`, await runVerbs(stage, built, [verb, verb], inTurn, { at, when }), true);
      runs += 2;
    }
  return { runs, faults };
};
