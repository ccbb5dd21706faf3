import { Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { operation } from '../openapi/operation.ts';
import { favicon } from '../render/favicon.ts';

/** What a browser asks for at the address of the API. A process without pages leads to its documentation. */
export const createHomeRoutes = ({ role }: ApiDeps) =>
  new Elysia()
    .get('/', ({ set }) => {
      set.headers.location = role === 'checkout' ? '/docs' : '/shop';
      return new Response(null, { status: 302 });
    })
    .get(
      '/favicon.ico',
      ({ set }) => {
        set.headers['content-type'] = 'image/svg+xml';
        set.headers['cache-control'] = 'public, max-age=86400';
        return favicon;
      },
      operation({
        tag: 'Docs',
        summary: 'Get the icon of the pages',
        open: true,
        responses: { 200: { description: 'The icon.', schema: t.String(), type: 'image/svg+xml' } },
        failures: [],
      }),
    );
