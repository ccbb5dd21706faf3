import { type AnyElysia, Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { httpError } from '../http/failures.ts';
import { withWorkingExamples } from '../openapi/demoExamples.ts';
import { assets, page, pagePolicy } from '../openapi/docsPage.ts';
import { operation } from '../openapi/operation.ts';
import { problemGuides } from '../openapi/problemGuides.ts';
import { problemIndexPage, problemPageOf, problemPagePolicy } from '../openapi/problemPages.ts';

/**
 * Serves Swagger UI, the OpenAPI document and the pages of problems. Nothing is loaded from another host. The document
 * is that of the whole product, whichever part of it this process serves.
 */
export const createDocsRoutes = (deps: ApiDeps, routes: () => AnyElysia['routes']) => {
  const { version, demo, world } = deps;
  let document: string | null = null;
  return createProblemPageRoutes()
    .get(
      '/docs',
      ({ set }) => {
        set.headers['content-type'] = 'text/html; charset=utf-8';
        set.headers['content-security-policy'] = pagePolicy;
        return page;
      },
      operation({
        tag: 'Docs',
        summary: 'Read and try this API',
        open: true,
        responses: { 200: { description: 'Swagger UI.', schema: t.String(), type: 'text/html' } },
        failures: [],
      }),
    )
    .get(
      '/docs/json',
      async ({ set }) => {
        document ??= (await import('../openapi/document.ts')).createDocument(routes(), { version, demo });
        set.headers['content-type'] = 'application/json';
        if (!demo) return document;
        const key = world.ids.next(world.clock.nowMs());
        return withWorkingExamples(document, { productId: await findProductId(deps), key });
      },
      operation({
        tag: 'Docs',
        summary: 'Get this document as OpenAPI 3.1',
        open: true,
        responses: {
          200: { description: 'The document.', schema: t.Object({}, { additionalProperties: true }) },
        },
        failures: [],
      }),
    )
    .get(
      '/docs/:file',
      async ({ params, set }) => {
        const asset = assets.get(params.file);
        if (asset === undefined) throw httpError({ kind: 'not_found' });
        set.headers['content-type'] = asset.type;
        set.headers['cache-control'] = 'public, max-age=86400';
        return new Response(await asset.read());
      },
      operation({
        tag: 'Docs',
        summary: 'Get a file of Swagger UI',
        open: true,
        parameters: [
          {
            name: 'file',
            in: 'path',
            required: true,
            schema: { type: 'string', enum: [...assets.keys()] },
          },
        ],
        responses: { 200: { description: 'The file.', schema: t.String(), type: '*/*' } },
        failures: ['not_found'],
      }),
    );
};

/** A product that an example can order. Null without one: the document is served also while the database is down. */
const findProductId = async ({ store }: ApiDeps): Promise<string | null> => {
  const query = { search: null, type: null, archived: false, after: null, limit: 20 };
  const products = await store.products.list(query);
  if (products.isErr()) return null;
  return products.value.items.find(({ stock }) => stock === null || stock > 1)?.id ?? null;
};

const createProblemPageRoutes = () =>
  new Elysia()
    .get(
      '/docs/problems',
      ({ set }) => {
        set.headers['content-type'] = 'text/html; charset=utf-8';
        set.headers['content-security-policy'] = problemPagePolicy;
        return problemIndexPage();
      },
      operation({
        tag: 'Docs',
        summary: 'List the problems that a response can have',
        open: true,
        responses: { 200: { description: 'A page.', schema: t.String(), type: 'text/html' } },
        failures: [],
      }),
    )
    .get(
      '/docs/problems/:code',
      ({ params, set }) => {
        const problemPage = problemPageOf(params.code);
        if (problemPage === null) throw httpError({ kind: 'not_found' });
        set.headers['content-type'] = 'text/html; charset=utf-8';
        set.headers['content-security-policy'] = problemPagePolicy;
        return problemPage;
      },
      operation({
        tag: 'Docs',
        summary: 'Read what a problem means and what to do',
        description: 'The `type` of a problem is the path of its page.',
        open: true,
        parameters: [
          {
            name: 'code',
            in: 'path',
            required: true,
            schema: { type: 'string', enum: Object.keys(problemGuides) },
            example: 'order_not_payable',
          },
        ],
        responses: { 200: { description: 'A page.', schema: t.String(), type: 'text/html' } },
        failures: ['not_found'],
      }),
    );
