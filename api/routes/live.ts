import { Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { findForbidden } from '../http/access.ts';
import type { Authenticate } from '../http/auth.ts';
import { holds } from '../http/caller.ts';
import { unwrapOrThrow } from '../http/failures.ts';
import { requirePermission } from '../http/requireRole.ts';
import { operation } from '../openapi/operation.ts';
import { queueSamples } from '../openapi/queueSamples.ts';

const permission = 'queue:read';

const headers = {
  'content-type': 'text/event-stream',
  // Nginx would hold events back until its buffer is full.
  'x-accel-buffering': 'no',
};

export const createLiveRoute = ({ live }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().get(
    '/live',
    requirePermission(authenticate, permission, async ({ request, caller }) => {
      if (request.method === 'HEAD') return new Response(null, { headers });
      // A copy: a server may give the request up when it has its response.
      const sent = new Headers(request.headers);
      const mayStay = async (): Promise<boolean> => {
        const found = await authenticate(sent);
        // Without the keys of the tokens nobody can say, and the token was valid a second ago.
        if (found.isErr()) return found.error.kind === 'unavailable';
        return findForbidden({ kind: 'permission', permission }, found.value) === null;
      };
      const opened = await live.open({ seesMoney: holds(caller, 'money:read'), mayStay });
      return new Response(unwrapOrThrow(opened), { headers });
    }),
    operation({
      tag: 'Queue',
      summary: 'Follow the queue and the money',
      description:
        'Server-sent events. An event at once, then one where something has changed, at most one a second. Its data is JSON: `queue` as in `GET /queue`; `money` as in `GET /money`, only with the permission `money:read`; and `at`, when the queue was read. The money is read every ten seconds. Ages alone are no change: they grow from `at` on. A comment comes every 15 seconds. The stream ends with its token, when the process stops, and when the state cannot be read. A process has a limited number of streams, and refuses more.',
      responses: {
        200: {
          description: 'The stream.',
          type: 'text/event-stream',
          schema: t.String(),
          example: queueSamples.live,
        },
      },
      failures: ['too_many_streams', 'not_ready'],
    }),
  );
