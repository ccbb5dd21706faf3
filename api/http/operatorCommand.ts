import type { Context } from 'elysia';
import type { OperatorCommand } from '../../core/activity.ts';
import type { World } from '../../core/world.ts';
import type { Caller } from './auth.ts';
import { actorOf } from './caller.ts';
import { requestIdOf } from './requestId.ts';

/** Who sends a command of an operator, for its activity. */
export const operatorCommand = (
  { clock, ids }: World,
  caller: Caller,
  set: Context['set'],
): OperatorCommand => ({
  actor: actorOf(caller),
  requestId: requestIdOf(set),
  createId: () => ids.next(clock.nowMs()),
});
