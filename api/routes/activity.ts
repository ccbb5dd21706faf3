import { Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { unwrapOrThrow } from '../http/failures.ts';
import { readQuery } from '../http/query.ts';
import { requirePermission } from '../http/requireRole.ts';
import { cursor, limit, limitDefault, storedId, strictObject, text } from '../http/schemas.ts';
import { readFrom, readTo, timeParameter } from '../http/time.ts';
import { activitySamples } from '../openapi/activitySamples.ts';
import { operation, queryParameters } from '../openapi/operation.ts';
import { activityListJson, renderActivity } from '../render/activity.ts';

const filters = createCheck(
  strictObject({
    actor: t.Optional(text(255, 'the id, e-mail address or name of who sent the commands')),
    action: t.Optional(text(64, 'an action, such as refund.request')),
    target: t.Optional(
      text(255, 'the id of what the commands were about, or of the order that they concern'),
    ),
    from: t.Optional(timeParameter('Commands at this time or later. A plain date is that whole day.')),
    to: t.Optional(
      timeParameter('Commands before this time. A plain date is that whole day: it is included.'),
    ),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);

/** The id of a row. */
const cursorKey = createCheck(storedId);

export const createActivityQueries = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().get(
    '/activity',
    requirePermission(authenticate, 'activity:read', async ({ request }) => {
      const query = unwrapOrThrow(readQuery(request.url, filters));
      const page = await store.activity.list({
        actor: query.actor ?? null,
        action: query.action ?? null,
        target: query.target ?? null,
        fromMs: unwrapOrThrow(readFrom(query.from, world.calendar)),
        toMs: unwrapOrThrow(readTo(query.to, world.calendar)),
        after: unwrapOrThrow(readCursor(query.cursor, cursorKey)),
        limit: query.limit ?? limitDefault,
      });
      return listOf(unwrapOrThrow(page), renderActivity);
    }),
    operation({
      tag: 'Activity',
      summary: 'List what operators did',
      description:
        'Newest first: who, what, on what, when, and the id of the request. A command and its activity are written together. A command on several things has a row for each.',
      parameters: queryParameters(filters),
      responses: {
        200: { description: 'A page.', schema: activityListJson.ref, example: activitySamples.activity },
      },
      failures: ['validation_failed'],
    }),
  );
