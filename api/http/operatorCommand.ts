import type { Context } from 'elysia';
import type { OperatorCommand } from '../../core/activity.ts';
import type { Actor } from '../../core/actor.ts';
import type { World } from '../../core/world.ts';
import type { Caller } from './auth.ts';
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

const actorOf = ({ id, email }: Caller): Actor => ({ id, email });
