import { t } from 'elysia';
import type { Actor } from '../../core/actor.ts';
import { strictObject } from '../http/schemas.ts';
import { component } from './component.ts';

export const actorJson = component(
  'Actor',
  t.Union(
    [
      strictObject({ id: t.String({ description: 'The customer id.' }), email: t.String() }),
      strictObject({
        id: t.String({ format: 'uuid', description: 'The id of the service key.' }),
        name: t.String(),
      }),
    ],
    { description: 'Who did a command: a person, or a service key.' },
  ),
);

export const renderActor = (actor: Actor): Actor =>
  'email' in actor ? { id: actor.id, email: actor.email } : { id: actor.id, name: actor.name };
