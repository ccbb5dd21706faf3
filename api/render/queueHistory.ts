import { t } from 'elysia';
import type { HistorySlot } from '../../core/queueHistory.ts';
import { shownPipeline, strictObject } from '../http/schemas.ts';
import { component, timeOf } from './component.ts';

const count = t.Number({ multipleOf: 1, minimum: 0 });

export const queueHistoryJson = component(
  'QueueHistory',
  strictObject({
    items: t.Array(
      strictObject({
        at: t.String({ format: 'date-time', description: 'The start of the slot.' }),
        finished: t.Array(strictObject({ pipeline: shownPipeline, tasks: count }), {
          description: 'The tasks that finished. A pipeline without any is left out.',
        }),
        ready: t.Union([count, t.Null()], {
          description: 'The ready tasks at the end of the slot. Null if no worker counted them.',
        }),
      }),
    ),
    nextCursor: t.Union([t.String(), t.Null()], { description: 'Always null: there is one page.' }),
  }),
);

export const renderQueueHistory = (slots: readonly HistorySlot[]) => ({
  items: slots.map(({ atMs, finished, ready }) => ({
    at: timeOf(atMs),
    finished: finished.map(({ pipeline, tasks }) => ({ pipeline, tasks })),
    ready,
  })),
  nextCursor: null,
});
