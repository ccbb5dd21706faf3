import { readFile } from 'node:fs/promises';
import { type AnyElysia, Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { httpError } from '../http/failures.ts';
import { operation } from '../openapi/operation.ts';

/** Swagger UI and the document it shows; nothing of it comes from another host. */
export const docs = ({ version }: ApiDeps, routes: () => AnyElysia['routes']) => {
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
        summary: 'This document, to read and to try',
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
        summary: 'This document, as OpenAPI 3.1',
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
        summary: 'The files of Swagger UI',
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

type Asset = { readonly type: string; read(): Promise<Uint8Array<ArrayBuffer> | string> };

/** A file of the installed package, looked for and read once, and not before somebody asks. */
const packaged = (url: () => string, type: string): Asset => {
  let read: Promise<Uint8Array<ArrayBuffer>> | null = null;
  return { type, read: () => (read ??= readFile(new URL(url()))) };
};

const startScript = `window.addEventListener('load', () => {
  SwaggerUIBundle({ url: '/docs/json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });
});
`;

const assets: ReadonlyMap<string, Asset> = new Map([
  [
    'swagger-ui.css',
    packaged(() => import.meta.resolve('swagger-ui-dist/swagger-ui.css'), 'text/css; charset=utf-8'),
  ],
  [
    'swagger-ui-bundle.js',
    packaged(
      () => import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
      'text/javascript; charset=utf-8',
    ),
  ],
  [
    'favicon-32x32.png',
    packaged(() => import.meta.resolve('swagger-ui-dist/favicon-32x32.png'), 'image/png'),
  ],
  ['start.js', { type: 'text/javascript; charset=utf-8', read: () => Promise.resolve(startScript) }],
]);

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cartwright</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** Swagger UI sets styles on its elements and has its pictures inside its style sheet. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
