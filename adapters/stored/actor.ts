import type { Actor } from '../../core/actor.ts';

/** Who did a command, as columns: a person has an address, a service key a name. */
export type ActorColumns = {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
};

export const actorColumns = (actor: Actor): ActorColumns =>
  'email' in actor ? { ...actor, name: null } : { ...actor, email: null };

/** Null if the columns have no actor. */
export const actorFrom = ({
  id,
  email,
  name,
}: { [Column in keyof ActorColumns]: string | null }): Actor | null => {
  if (id === null) return null;
  if (email !== null) return { id, email };
  return name === null ? null : { id, name };
};
