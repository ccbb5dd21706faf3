import { type TSchema, t } from 'elysia';
import { type Pause, pauseOrigins } from '../../core/pause.ts';
import { id, oneOf, shownPipeline, strictObject, time } from '../http/schemas.ts';
import { component, type RenderedFields, timeOf } from './component.ts';

export const pauseJson = component(
  'Pause',
  strictObject({
    id,
    pipeline: shownPipeline,
    step: t.Union([t.String(), t.Null()], { description: 'Null: every step of the pipeline.' }),
    origin: oneOf(
      pauseOrigins,
      'A pause of a fault ends by itself: one task at a time is tried until the server of the step answers.',
    ),
    reason: t.String({ description: 'Why it was made, or what the server answered last.' }),
    since: time,
  } satisfies RenderedFields<Pause, TSchema>),
);

export const renderPause = ({ id, pipeline, step, origin, reason, sinceMs }: Pause) =>
  ({ id, pipeline, step, origin, reason, since: timeOf(sinceMs) }) satisfies RenderedFields<Pause, unknown>;
