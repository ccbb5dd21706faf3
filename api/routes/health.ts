import { Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { httpError } from '../http/failures.ts';
import { nullable, oneOf, openWord, strictObject } from '../http/schemas.ts';
import { operation } from '../openapi/operation.ts';

const statusSchema = (status: string) => strictObject({ status: oneOf([status]) });

const lag = (unit: string) =>
  nullable(
    t.Number({
      minimum: 0,
      description: `how far it lags behind the primary, in ${unit}; null while unknown`,
    }),
  );

const readySchema = strictObject({
  status: oneOf(['ready']),
  replica: t.Optional(
    strictObject(
      {
        state: openWord(['up', 'behind', 'away'], 'whether queries read it, or why not'),
        lagMs: lag('milliseconds'),
        lagBytes: lag('bytes of the write-ahead log'),
      },
      'The replica of `DATABASE_REPLICA_URL`, where one is set.',
    ),
  ),
  degraded: t.Optional(
    t.Array(openWord(['database', 'replica', 'partitions'], 'a part that does not work'), {
      description:
        'What this process does without. `partitions`: a table has none for the next month, and new orders of that month will be refused. Always there where a replica is set.',
    }),
  ),
  warnings: t.Optional(
    t.Array(t.String(), { description: 'What an operator has to do, in words. Absent if there is nothing.' }),
  ),
});

export const createHealthRoutes = ({ isReady, databases }: ApiDeps) =>
  new Elysia()
    .get(
      '/health/live',
      () => ({ status: 'live' }),
      operation({
        tag: 'Health',
        summary: 'Check that the process runs',
        open: true,
        responses: {
          200: {
            description: 'The process runs.',
            schema: statusSchema('live'),
            example: { status: 'live' },
          },
        },
        failures: [],
      }),
    )
    .get(
      '/health/ready',
      async () => {
        const { ready, missing } = await isReady();
        if (!ready) throw httpError({ kind: 'not_ready', missing });
        return { status: 'ready', ...databases?.() };
      },
      operation({
        tag: 'Health',
        summary: 'Check that the process can do its work',
        open: true,
        responses: {
          200: {
            description: 'The process can do its work.',
            schema: readySchema,
            example: { status: 'ready' },
          },
        },
        failures: ['not_ready'],
      }),
    );
