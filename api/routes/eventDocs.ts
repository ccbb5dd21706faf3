import { Elysia, t } from 'elysia';
import { eventSchemaVersion } from '../../core/eventBody.ts';
import type { ApiDeps } from '../deps.ts';
import { prefersJson } from '../http/accept.ts';
import { httpError } from '../http/failures.ts';
import { addVary } from '../http/vary.ts';
import { operation } from '../openapi/operation.ts';
import { problemPagePolicy } from '../openapi/problemPages.ts';
import { shownEventTypes } from '../render/event.ts';

/** The topic of Kafka, where the settings name no other. */
const topicDefault = 'cartwright.orders';

/**
 * Serves the AsyncAPI document of the events, the same as a page, and the schemas that events refer to. It is that of
 * the whole product, whether this shop has Kafka or endpoints or not. All is made at the first request for it.
 */
export const createEventDocsRoutes = ({ version, kafkaTopic: topic = topicDefault }: ApiDeps) => {
  const load = async () => {
    const [{ createAsyncApi }, { asyncApiPage }] = await Promise.all([
      import('../openapi/asyncApi.ts'),
      import('../openapi/asyncApiPage.ts'),
    ]);
    const document = createAsyncApi({ version, topic });
    return { json: JSON.stringify(document), page: asyncApiPage(document) };
  };
  let loaded: ReturnType<typeof load> | null = null;
  const texts = () => (loaded ??= load());
  return new Elysia()
    .get(
      '/docs/asyncapi',
      async ({ request, set }) => {
        const { json, page } = await texts();
        const isJson = prefersJson(request.headers.get('accept'));
        addVary(set.headers, 'Accept');
        set.headers['content-type'] = isJson ? 'application/json' : 'text/html; charset=utf-8';
        if (isJson) return json;
        set.headers['content-security-policy'] = problemPagePolicy;
        return page;
      },
      operation({
        tag: 'Docs',
        summary: 'Read about the events, which webhooks and Kafka get',
        description:
          'A page, or the AsyncAPI 3 document if `Accept` prefers `application/json`. `GET /docs/asyncapi.json` is the document always.',
        open: true,
        responses: {
          200: {
            description: 'The page or the document.',
            schema: t.String(),
            type: 'text/html',
            others: { 'application/json': documentSchema },
          },
        },
        failures: [],
      }),
    )
    .get(
      '/docs/asyncapi.json',
      async ({ set }) => {
        set.headers['content-type'] = 'application/json';
        return (await texts()).json;
      },
      operation({
        tag: 'Docs',
        summary: 'Get the events as AsyncAPI 3',
        open: true,
        responses: { 200: { description: 'The document.', schema: documentSchema } },
        failures: [],
      }),
    )
    .get(
      '/docs/events/:type/:version',
      async ({ params, set }) => {
        const type = shownEventTypes.find((each) => each === params.type);
        if (type === undefined || params.version !== eventSchemaVersion)
          throw httpError({ kind: 'not_found' });
        set.headers['content-type'] = 'application/schema+json';
        set.headers['cache-control'] = 'public, max-age=86400';
        return (await import('../openapi/eventSchemas.ts')).eventSchemaOf(type);
      },
      operation({
        tag: 'Docs',
        summary: 'Get the JSON Schema of the data of an event',
        description: 'The `dataschema` of an event is the path of its schema.',
        open: true,
        parameters: [
          {
            name: 'type',
            in: 'path',
            required: true,
            schema: { type: 'string', enum: shownEventTypes },
            example: 'order.paid',
          },
          {
            name: 'version',
            in: 'path',
            required: true,
            schema: { type: 'string', enum: [eventSchemaVersion] },
            example: eventSchemaVersion,
          },
        ],
        responses: {
          200: {
            description: 'The schema (2020-12).',
            schema: documentSchema,
            type: 'application/schema+json',
          },
        },
        failures: ['not_found'],
      }),
    );
};

const documentSchema = t.Object({}, { additionalProperties: true });
