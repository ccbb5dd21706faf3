import { Elysia } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { unwrapOrThrow } from '../http/failures.ts';
import { requirePermission } from '../http/requireRole.ts';
import { operation } from '../openapi/operation.ts';
import { queueSamples } from '../openapi/queueSamples.ts';
import { queueHistoryJson, renderQueueHistory } from '../render/queueHistory.ts';

export const createQueueHistoryQueries = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().get(
    '/queue/history',
    requirePermission(authenticate, 'queue:read', async () =>
      renderQueueHistory(unwrapOrThrow(await store.queue.history(world.clock.nowMs()))),
    ),
    operation({
      tag: 'Queue',
      summary: 'Get the last hour of the queue',
      description:
        'By slots of ten seconds, oldest first: what finished in each, by all workers together, and how many tasks were ready at its end. The newest slot is the last one that is over; up to half a minute later it may still get more.',
      responses: {
        200: { description: 'The slots.', schema: queueHistoryJson.ref, example: queueSamples.history },
      },
      failures: [],
    }),
  );
