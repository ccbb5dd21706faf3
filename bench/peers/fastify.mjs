import process from 'node:process';
import Fastify from 'fastify';

/** Fastify with a schema for requests and one for responses, as its documentation recommends. */
const app = Fastify({ logger: false });
app.get('/ready', async () => 'ready');
app.post(
  '/tasks',
  {
    schema: {
      body: {
        type: 'object',
        required: ['taskIds'],
        additionalProperties: false,
        properties: {
          taskIds: { type: 'array', minItems: 1, maxItems: 100, items: { type: 'string', format: 'uuid' } },
        },
      },
      response: { 200: { type: 'object', properties: { retried: { type: 'integer' } } } },
    },
  },
  async (request) => ({ retried: request.body.taskIds.length }),
);
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
