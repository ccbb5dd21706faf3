import { Elysia } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { httpError } from '../http/failures.ts';
import { oneOf } from '../http/schemas.ts';
import { operation } from '../openapi/operation.ts';
import { exactly } from '../render/component.ts';

const stateSchema = (state: string) => exactly({ status: oneOf([state]) });

export const health = ({ isReady }: ApiDeps) =>
  new Elysia()
    .get(
      '/health/live',
      () => ({ status: 'live' }),
      operation({
        tag: 'Health',
        summary: 'That the process runs',
        open: true,
        responses: {
          200: { description: 'It runs.', schema: stateSchema('live'), example: { status: 'live' } },
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
        summary: 'That the process can do its work',
        open: true,
        responses: {
          200: { description: 'It can.', schema: stateSchema('ready'), example: { status: 'ready' } },
        },
        failures: ['not_ready'],
      }),
    );
