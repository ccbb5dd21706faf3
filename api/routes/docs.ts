import { type AnyElysia, Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { httpError } from '../http/failures.ts';
import { assets, page, pagePolicy } from '../openapi/docsPage.ts';
import { operation } from '../openapi/operation.ts';

/** Serves Swagger UI and the OpenAPI document. Nothing is loaded from another host. */
export const createDocsRoutes = ({ version }: ApiDeps, routes: () => AnyElysia['routes']) => {
  let document: string | null = null;
  return new Elysia()
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
        document ??= (await import('../openapi/document.ts')).createDocument(routes(), version);
        set.headers['content-type'] = 'application/json';
        return document;
      },
      operation({
        tag: 'Docs',
        summary: 'Get this document as OpenAPI 3.1',
        open: true,
        responses: { 200: { description: 'The document.', schema: t.Object({}) } },
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
