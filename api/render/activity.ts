import { type TSchema, t } from 'elysia';
import type { Activity } from '../../core/activity.ts';
import { id, nullable, strictObject, time } from '../http/schemas.ts';
import { actorJson, renderActor } from './actor.ts';
import { component, listSchema, type RenderedFields, timeOf } from './component.ts';

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
