import { Elysia } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { httpError } from '../http/failures.ts';
import { oneOf, strictObject } from '../http/schemas.ts';
import { operation } from '../openapi/operation.ts';

const statusSchema = (status: string) => strictObject({ status: oneOf([status]) });

export const createHealthRoutes = ({ isReady }: ApiDeps) =>
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
        return { status: 'ready' };
      },
      operation({
        tag: 'Health',
        summary: 'Check that the process can do its work',
        open: true,
        responses: {
          200: {
            description: 'The process can do its work.',
            schema: statusSchema('ready'),
            example: { status: 'ready' },
          },
        },
        failures: ['not_ready'],
      }),
    );
