import type { Actor } from '../../core/actor.ts';
import { holdsAll, type Permission } from '../../core/permission.ts';
import type { Caller, Person, Role } from './auth.ts';

/** False for a service key, which can do no command of a customer. */
export const isPerson = (caller: Caller): caller is Person => 'email' in caller;

/** Who did a command, to be stored with what it changed. */
export const actorOf = (caller: Caller): Actor =>
  isPerson(caller) ? { id: caller.id, email: caller.email } : { id: caller.id, name: caller.name };

export const holds = ({ permissions }: Caller, permission: Permission): boolean =>
  permissions.has(permission);

/** An operator whose token names permissions has just those, so such a token does not have the role. */
export const hasRole = ({ roles, permissions }: Caller, role: Role): boolean =>
  roles.includes(role) && (role === 'customer' || holdsAll(permissions));
