import type { RequestCounter } from '../api/http/requestLog.ts';
import { type Metrics, secondsBuckets } from '../core/metrics.ts';

/** Anybody can send any method, and each would be a series. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Traffic, errors and latency of the API by route, and how many requests are open. */
export const createRequestMetrics = (metrics: Metrics): RequestCounter => {
  const seconds = metrics.histogram({
    name: 'cartwright_http_request_duration_seconds',
    help: 'Requests by the pattern of their route and the class of their status. A stream counts until it begins.',
    labels: ['method', 'route', 'status'],
    buckets: secondsBuckets,
  });
  const openRequests = metrics.gauge({
    name: 'cartwright_http_requests_in_flight',
    help: 'Requests without a response yet.',
  });
  let open = 0;
  metrics.onRead(() => openRequests.set(open));
  return {
    started: () => {
      open++;
    },
    finished: ({ method, route, status, ms }) => {
      open--;
      seconds(
        methods.has(method) ? method : 'other',
        route ?? 'none',
        `${Math.floor(status / 100)}xx`,
      ).observe(ms / 1_000);
    },
  };
};
