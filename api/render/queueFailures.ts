import { t } from 'elysia';
import type { Failures } from '../../core/operatorQueue.ts';
import { id, shownPipeline, strictObject } from '../http/schemas.ts';
import { component } from './component.ts';

const count = t.Number({ multipleOf: 1, minimum: 0 });

export const failuresJson = component(
  'QueueFailures',
  strictObject({
    items: t.Array(
      strictObject({
        pipeline: shownPipeline,
        step: t.String({ description: 'The step that failed.' }),
        error: t.String({ description: 'The `lastError` of the tasks.' }),
        tasks: count,
        newestTaskId: t.String({ ...id, description: 'The newest task of the group.' }),
      }),
    ),
    nextCursor: t.Union([t.String(), t.Null()], { description: 'Always null: there is one page.' }),
    tasks: t.Number({ ...count, description: 'How many failed tasks were counted, in all groups.' }),
  }),
);

export const renderFailures = ({ groups, tasks }: Failures) => ({
  items: groups.map(({ pipeline, step, error, tasks: ofGroup, newestTaskId }) => ({
    pipeline,
    step,
    error,
    tasks: ofGroup,
    newestTaskId,
  })),
  nextCursor: null,
  tasks,
});
