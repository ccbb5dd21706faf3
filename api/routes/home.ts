import { Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { operation } from '../openapi/operation.ts';
import { favicon, homePagePolicy, renderHomePage } from '../render/homePage.ts';

/** What a browser asks for at the address of the API. */
export const createHomeRoutes = ({ version, demo }: ApiDeps) =>
  new Elysia()
    .get(
      '/',
      ({ set }) => {
        set.headers['content-type'] = 'text/html; charset=utf-8';
        set.headers['content-security-policy'] = homePagePolicy;
        return renderHomePage({ version, demo });
      },
      operation({
        tag: 'Docs',
        summary: 'See where to begin',
        open: true,
        responses: { 200: { description: 'A page with links.', schema: t.String(), type: 'text/html' } },
        failures: [],
      }),
    )
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
