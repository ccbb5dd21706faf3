import { Elysia } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { refusal } from '../http/failures.ts';
import { word } from '../http/schemas.ts';
import { operation } from '../openapi/operation.ts';
import { exactly } from '../render/component.ts';

const stateSchema = (state: string) => exactly({ status: word([state]) });

export const health = ({ isReady }: ApiDeps) =>
  new Elysia()
    .get(
      '/health/live',
      () => ({ status: 'live' }),
      operation({
        tag: 'Health',
        summary: 'That the process runs',
        open: true,
        answers: {
          200: { description: 'It runs.', schema: stateSchema('live'), example: { status: 'live' } },
        },
        failures: [],
      }),
    )
    .get(
      '/health/ready',
      async () => {
        const { ready, missing } = await isReady();
        if (!ready) throw refusal({ kind: 'not_ready', missing });
        return { status: 'ready' };
      },
      operation({
        tag: 'Health',
        summary: 'That the process can do its work',
        open: true,
        answers: {
          200: { description: 'It can.', schema: stateSchema('ready'), example: { status: 'ready' } },
        },
        failures: ['not_ready'],
      }),
    );
