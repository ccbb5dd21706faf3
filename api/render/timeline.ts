import { type TSchema, t } from 'elysia';
import { type TimelineEntry, timelineKinds } from '../../core/timeline.ts';
import { nullable, oneOf, strictObject, time } from '../http/schemas.ts';
import { actorJson, renderActor } from './actor.ts';
import { component, listSchema, type RenderedFields, timeOf } from './component.ts';

export const timelineJson = component(
  'TimelineEntry',
  strictObject({
    kind: oneOf(timelineKinds),
    at: time,
    what: t.String({
      description:
        'The state of the order, the status of the payment, task or refund, `sent` or `begun` of a mail, or the action of a command.',
    }),
    id: nullable(t.String({ description: 'The payment, task or refund, or the target of the command.' })),
    detail: nullable(
      t.String({
        description: 'For people. An amount is in the minor unit, as in the history of the order.',
      }),
    ),
    declineCode: nullable(t.String({ description: 'Why the payment was declined.' })),
    actor: nullable(actorJson.ref),
    requestId: nullable(t.String()),
  } satisfies RenderedFields<TimelineEntry, TSchema>),
);
export const timelineListJson = listSchema(timelineJson);

export const renderTimelineEntry = (entry: TimelineEntry) =>
  ({
    kind: entry.kind,
    at: timeOf(entry.atMs),
    what: entry.what,
    id: entry.id,
    detail: entry.detail,
    declineCode: entry.declineCode,
    actor: entry.actor === null ? null : renderActor(entry.actor),
    requestId: entry.requestId,
  }) satisfies RenderedFields<TimelineEntry, unknown>;
