import process from 'node:process';
import { Elysia, t } from 'elysia';

/** Bare Elysia with a validated body, as in its documentation. */
const port = Number(process.env.PORT);
new Elysia()
  .get('/ready', () => 'ready')
  .post('/tasks', ({ body }) => ({ retried: body.taskIds.length }), {
    body: t.Object({ taskIds: t.Array(t.String({ format: 'uuid' }), { minItems: 1, maxItems: 100 }) }),
  })
  .listen(port);
