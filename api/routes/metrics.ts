import { Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { requirePermission } from '../http/requireRole.ts';
import { addVary } from '../http/vary.ts';
import { metricsSample } from '../openapi/metricsSample.ts';
import { operation } from '../openapi/operation.ts';

export const createMetricsRoute = ({ renderMetrics }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().get(
    '/metrics',
    requirePermission(authenticate, 'queue:read', async ({ request, set }) => {
      const { contentType, text } = await renderMetrics(request.headers.get('accept'));
      addVary(set.headers, 'Accept');
      return new Response(text, { headers: { 'content-type': contentType } });
    }),
    operation({
      tag: 'Health',
      summary: 'Get the metrics of this process',
      description:
        'The text format 0.0.4 of Prometheus, or OpenMetrics 1.0.0 if `Accept` prefers it. The numbers of requests, batches and the process are those of the process that answers; those of the queue are the whole shop’s, read from the database every five seconds at most. There may be new metrics at any time. The port `METRICS_PORT`, if it is set, serves the same page in every role and without a token.',
      responses: {
        200: {
          description: 'The page.',
          type: 'text/plain',
          schema: t.String(),
          example: metricsSample,
          others: { 'application/openmetrics-text': t.String() },
        },
      },
      failures: [],
    }),
  );
