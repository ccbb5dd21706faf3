import { mutants } from '../../simulation/mutants.ts';
import type { Guard } from '../guard.ts';

/** How many histories ran until one was broken. A guard that is not named here takes a few hundred at most. */
const histories: Readonly<Record<string, number>> = {};

/** The guards that the simulation takes out. Their texts stand beside it. */
export const simulatedGuards: readonly Guard[] = mutants.map(
  ({ name, replacements, liveness = false, scenario, redundant }): Guard =>
    redundant === null
      ? {
          ...{ name, replacements },
          caughtBy: { by: 'simulation', liveness, scenario, histories: histories[name] ?? 200 },
        }
      : { name, places: replacements, reason: redundant },
);
