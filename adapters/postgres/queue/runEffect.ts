import type { LockedTask } from '../../../core/queue.ts';
import type { EffectOutcome } from '../../../core/steps.ts';
import type { World } from '../../../core/world.ts';
import type { Transaction } from '../connection.ts';

/** Runs an effect for a batch of groups, in the caller's transaction. */
export type RunEffect = (
  tx: Transaction,
  tasks: readonly LockedTask[],
  world: World,
  nowMs: number,
) => Promise<readonly EffectOutcome[]>;
