import process from 'node:process';
import { Hono } from 'hono';
import { validator } from 'hono/validator';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const app = new Hono();
app.get('/ready', (c) => c.text('ready'));
app.post(
  '/tasks',
  validator('json', (value, c) => {
    const { taskIds } = value;
    const valid =
      Array.isArray(taskIds) &&
      taskIds.length >= 1 &&
      taskIds.length <= 100 &&
      taskIds.every((id) => typeof id === 'string' && uuid.test(id));
    return valid ? { taskIds } : c.text('invalid', 422);
  }),
  (c) => c.json({ retried: c.req.valid('json').taskIds.length }),
);

export default { port: Number(process.env.PORT), fetch: app.fetch };
