import process from 'node:process';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const isValid = (body: unknown): body is { taskIds: string[] } =>
  typeof body === 'object' &&
  body !== null &&
  'taskIds' in body &&
  Array.isArray(body.taskIds) &&
  body.taskIds.length >= 1 &&
  body.taskIds.length <= 100 &&
  body.taskIds.every((id) => typeof id === 'string' && uuid.test(id));

/** `Bun.serve` alone, with handwritten validation. */
Bun.serve({
  port: Number(process.env.PORT),
  routes: {
    '/ready': () => new Response('ready'),
    '/tasks': {
      POST: async (request) => {
        const body: unknown = await request.json();
        return isValid(body)
          ? Response.json({ retried: body.taskIds.length })
          : new Response('invalid', { status: 422 });
      },
    },
  },
});
