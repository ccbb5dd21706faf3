import { type TSchema, t } from 'elysia';
import type { Activity, Actor } from '../../core/activity.ts';
import { id, nullable, strictObject, time } from '../http/schemas.ts';
import { component, listSchema, type RenderedFields, timeOf } from './component.ts';

export const actorJson = component(
  'Actor',
  t.Union(
    [
      strictObject({ id: t.String(), email: t.String() }),
      strictObject({ id: t.String(), name: t.String({ description: 'The name of a service key.' }) }),
    ],
    { description: 'A person, or a service key.' },
  ),
);

export const activityJson = component(
  'Activity',
  strictObject({
    id,
    actor: actorJson.ref,
    action: t.String({ description: 'Such as `refund.request` or `product.change`. There may be new ones.' }),
    target: t.String({ description: 'The id of what the command was about.' }),
    orderId: nullable(id),
    detail: nullable(t.String({ description: 'For people: a reason, a note, or what was sent.' })),
    requestId: t.String(),
    at: time,
  } satisfies RenderedFields<Activity, TSchema>),
);
export const activityListJson = listSchema(activityJson);

export const renderActor = (actor: Actor) =>
  'email' in actor ? { id: actor.id, email: actor.email } : { id: actor.id, name: actor.name };

export const renderActivity = (activity: Activity) =>
  ({
    id: activity.id,
    actor: renderActor(activity.actor),
    action: activity.action,
    target: activity.target,
    orderId: activity.orderId,
    detail: activity.detail,
    requestId: activity.requestId,
    at: timeOf(activity.atMs),
  }) satisfies RenderedFields<Activity, unknown>;
