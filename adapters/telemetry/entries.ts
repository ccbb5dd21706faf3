import { type Context, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { TraceRecovery, TraceStep } from '../../core/trace.ts';
import { useCaseOutcome } from './calls.ts';
import { internal, type Spans } from './tracer.ts';

type Fetch = (request: Request) => Response | Promise<Response>;

/** The methods that HTTP knows: any other word may be a caller's own, and would make a name of a span each. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Load balancers ask for health all the time, and a page loads many files. */
const untraced = /^\/(?:health|assets|images|metrics)\b/;

/**
 * A span for each request, below the one that its `traceparent` names. As a log line does, it names the pattern of the
 * route, and no path, value or address.
 */
export const traceRequests = (
  spans: Spans,
  fetch: Fetch,
  routeOf: (request: Request) => string | null,
): Fetch => {
  return (request) => {
    const parent = parentOf(request.headers);
    if (!spans.keepsBelow(parent)) return spans.apart(() => fetch(request));
    const route = routeOf(request);
    if (route !== null && untraced.test(route)) return fetch(request);
    const method = methods.has(request.method) ? request.method : '_OTHER';
    const attributes = {
      'http.request.method': method,
      'url.scheme': request.url.startsWith('https:') ? 'https' : 'http',
      ...(route === null ? {} : { 'http.route': route }),
    };
    const verb = method === '_OTHER' ? 'HTTP' : method;
    const name = route === null ? verb : `${verb} ${route}`;
    return spans.keptEntry(
      { name, kind: SpanKind.SERVER, attributes },
      parent,
      async () => fetch(request),
      ({ status }) => ({
        attributes: { 'http.response.status_code': status },
        error: status >= 500 ? String(status) : undefined,
      }),
    );
  };
};

const parentOf = (headers: Headers): Context =>
  propagator.extract(ROOT_CONTEXT, headers, {
    get: (from: Headers, name) => from.get(name) ?? undefined,
    keys: (from: Headers) => [...from.keys()],
  });

const propagator = new W3CTraceContextPropagator();

export const createTraceStep =
  (spans: Spans): TraceStep =>
  ({ taskId, pipeline, step, attempts, traceparent }, work) =>
    spans.linked(
      {
        name: `${step} ${pipeline}`,
        kind: SpanKind.CONSUMER,
        attributes: {
          ...messaging(pipeline),
          'messaging.operation.type': 'process',
          'messaging.operation.name': step,
          'messaging.message.id': taskId,
          'cartwright.task.attempts': attempts,
        },
      },
      [traceparent],
      work,
      (report) => {
        const kind = report === null ? 'expired' : report.outcome.kind;
        const isDone = kind === 'done' || kind === 'advanced';
        return { attributes: { 'cartwright.outcome': kind }, error: isDone ? undefined : kind };
      },
    );

/** A payment without an outcome, which the recovery asks the provider about. Nothing has kept the span of its checkout. */
export const createTraceRecovery =
  (spans: Spans): TraceRecovery =>
  ({ checkoutId }, work) =>
    spans.linked(
      internal('recoverPayment', { 'cartwright.checkout.id': checkoutId }),
      [],
      work,
      useCaseOutcome,
    );

export const messaging = (pipeline: string) => ({
  'messaging.system': 'cartwright',
  'messaging.destination.name': pipeline,
});
