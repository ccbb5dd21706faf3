import { type AnyElysia, Elysia } from 'elysia';
import type { ApiDeps } from './deps.ts';
import { createAllowedMethods } from './http/allowedMethods.ts';
import { type Authenticate, createAuthenticate } from './http/auth.ts';
import { admitBody } from './http/body.ts';
import { createBodyGate, defaultBodyLimits } from './http/bodyGate.ts';
import { allMethods, createCors } from './http/cors.ts';
import { type Failure, failureOf, httpError } from './http/failures.ts';
import { problemOf } from './http/problems.ts';
import { rememberCallers } from './http/requestCaller.ts';
import { createRequestIdAssigner, requestIdOf } from './http/requestId.ts';
import { findOversize } from './http/requestSize.ts';
import { createRoutePattern } from './http/routePattern.ts';
import { createServiceKeyAuth } from './http/serviceKeyAuth.ts';
import { sessionCookieName } from './http/sessionCookie.ts';
import { createActivityQueries } from './routes/activity.ts';
import { createCheckoutCommands, createCheckoutQueries, createGiveUpRoute } from './routes/checkouts.ts';
import { createContactCommands } from './routes/contacts.ts';
import { createCustomerCommands, createCustomerQueries } from './routes/customers.ts';
import {
  createDemoChallengeRoute,
  createDemoChargeRoute,
  createDemoMailRoute,
  createDemoTokenRoute,
} from './routes/demo.ts';
import { createDocsRoutes } from './routes/docs.ts';
import { createEventDocsRoutes } from './routes/eventDocs.ts';
import { createHealthRoutes } from './routes/health.ts';
import { createHomeRoutes } from './routes/home.ts';
import { createInvoiceQueries } from './routes/invoices.ts';
import { createServiceKeyCommands, createServiceKeyQueries } from './routes/keys.ts';
import { createLiveRoute } from './routes/live.ts';
import { createMetricsRoute } from './routes/metrics.ts';
import { createMoneyCaseCommands, createMoneyHealthQueries } from './routes/money.ts';
import { createOrderHistoryQueries } from './routes/orderHistory.ts';
import {
  createCancelOrderRoute,
  createChangeOrderRoute,
  createOrderQueries,
  createPlaceOrderRoute,
} from './routes/orders.ts';
import { createPageRoutes } from './routes/pages.ts';
import { createPauseCommands } from './routes/pauses.ts';
import { createPayOptionsRoute } from './routes/payOptions.ts';
import { createProductCommands, createProductQueries } from './routes/products.ts';
import { createQueueQueries } from './routes/queue.ts';
import { createQueueCommands } from './routes/queueCommands.ts';
import { createQueueHistoryQueries } from './routes/queueHistory.ts';
import { createReconciliationCommands, createReconciliationQueries } from './routes/reconciliations.ts';
import { createRefundAssignment, createRefundCommands, createRefundQueries } from './routes/refunds.ts';
import { createSecurityTextRoute } from './routes/securityText.ts';
import { createSessionCommands, createSessionQueries } from './routes/session.ts';
import { createWebhookEndpointQueries } from './routes/webhookEndpointQueries.ts';
import {
  createWebhookEndpointCommands,
  createWebhookEndpointRoute,
  createWebhookSendCommands,
} from './routes/webhookEndpoints.ts';
import { createWebhookRoute } from './routes/webhooks.ts';

export type { ApiDeps } from './deps.ts';

/** Creates the HTTP API over the ports in `deps`: all of it, or the part that `deps.role` serves. */
export const createApp = (deps: ApiDeps): AnyElysia => {
  const { role } = deps;
  const { clock } = deps.world;
  const lines = deps.countedLog;
  const { authenticate: identify, forget } = createServiceKeyAuth(
    createAuthenticate(deps.auth, clock, lines, sessionCookieName(deps.demo)),
    {
      serviceKeys: deps.store.serviceKeys,
      clock,
      recordsUse: role !== 'read',
      lines,
    },
  );
  const authenticate = rememberCallers(identify);
  const root = createRoot(deps);
  // A flat list starts faster: Elysia adds each route again to every app that it is nested in.
  const parts = [
    createHealthRoutes(deps),
    ...(role === 'all' || role === 'checkout'
      ? [...commands(deps, authenticate), createServiceKeyCommands(deps, authenticate, forget)]
      : []),
    ...(role === 'all' || role === 'read' ? queries(deps, authenticate) : []),
    ...(role === 'worker' ? [] : shared(deps, authenticate)),
  ];
  for (const part of parts) root.use(part);
  return root;
};

/** The routes of all roles: what the product documents and allows does not depend on the process that is asked. */
const routesOfProduct = (deps: ApiDeps): AnyElysia['routes'] => createApp({ ...deps, role: 'all' }).routes;

/** What every process with an API serves. A worker serves its health alone. */
const shared = (deps: ApiDeps, authenticate: Authenticate): readonly AnyElysia[] => [
  createDocsRoutes(deps, () => routesOfProduct(deps)),
  createEventDocsRoutes(deps),
  ...(deps.demo ? [createDemoTokenRoute(deps)] : []),
  createHomeRoutes(deps),
  createMetricsRoute(deps, authenticate),
  createSessionQueries(deps, authenticate),
  createCheckoutQueries(deps, authenticate),
];

const commands = (deps: ApiDeps, authenticate: Authenticate): readonly AnyElysia[] => [
  createWebhookRoute(deps),
  createProductCommands(deps, authenticate),
  createPlaceOrderRoute(deps, authenticate),
  createChangeOrderRoute(deps, authenticate),
  createCancelOrderRoute(deps, authenticate),
  createSessionCommands(deps, authenticate),
  createContactCommands(deps, authenticate),
  createCustomerCommands(deps, authenticate),
  createCheckoutCommands(deps, authenticate),
  createGiveUpRoute(deps, authenticate),
  createRefundCommands(deps, authenticate),
  createRefundAssignment(deps, authenticate),
  createQueueCommands(deps, authenticate),
  createPauseCommands(deps, authenticate),
  createReconciliationCommands(deps, authenticate),
  createMoneyCaseCommands(deps, authenticate),
  createWebhookEndpointRoute(deps, authenticate),
  createWebhookEndpointCommands(deps, authenticate),
  createWebhookSendCommands(deps, authenticate),
  ...(deps.demo && deps.finishChallenge !== null
    ? [createDemoChallengeRoute(deps.finishChallenge, authenticate)]
    : []),
];

const queries = (deps: ApiDeps, authenticate: Authenticate): readonly AnyElysia[] => [
  createPageRoutes(deps),
  createSecurityTextRoute(deps),
  createPayOptionsRoute(deps),
  createProductQueries(deps, authenticate),
  createOrderQueries(deps, authenticate),
  createOrderHistoryQueries(deps, authenticate),
  createInvoiceQueries(deps, authenticate),
  createActivityQueries(deps, authenticate),
  createCustomerQueries(deps, authenticate),
  createRefundQueries(deps, authenticate),
  createQueueQueries(deps, authenticate),
  createQueueHistoryQueries(deps, authenticate),
  createLiveRoute(deps, authenticate),
  createReconciliationQueries(deps, authenticate),
  createMoneyHealthQueries(deps, authenticate),
  createServiceKeyQueries(deps, authenticate),
  createWebhookEndpointQueries(deps, authenticate),
  ...(deps.demo ? [createDemoMailRoute(deps, authenticate)] : []),
  ...(deps.demo && deps.charges !== null ? [createDemoChargeRoute(deps.charges, authenticate)] : []),
];

/** Sent with every response. The docs page replaces the content security policy. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** The app that all routes are added to: request ids, common headers and the one error handler. */
const createRoot = (deps: ApiDeps) => {
  const { world, log, countedLog, clientOf, corsOrigins, bodyLimits, refuses } = deps;
  // By default Elysia skips 11 characters before it looks for the path, too many for a short host such as "api".
  const root = new Elysia({ handler: { standardHostname: false } });
  const assignRequestId = createRequestIdAssigner(world);
  const cors = createCors(corsOrigins);
  const bodyGate = createBodyGate(world.timer, bodyLimits ?? defaultBodyLimits);
  let allow: (path: string) => string | null = (path) => {
    allow = createAllowedMethods(routesOfProduct(deps));
    return allow(path);
  };
  // The log gets the route's pattern: a path can have a customer's id, and some issuers use the e-mail address as the id.
  let routeOf: (path: string) => string | null = (path) => {
    routeOf = createRoutePattern(root.routes);
    return routeOf(path);
  };
  return root
    .headers(headers)
    .onRequest(({ request, set }) => {
      assignRequestId(request, set);
      cors.setHeaders(request, set.headers);
      if (refuses !== undefined) throw httpError({ kind: 'unavailable', reason: refuses });
      const refusal = findOversize(request) ?? admitBody(bodyGate, request);
      if (refusal !== null) throw httpError(refusal);
    })
    .onError(({ code, error, request, path, set }) => {
      const isRouteMissing = code === 'NOT_FOUND';
      const refusal = isRouteMissing ? null : (failureOf(error) ?? { kind: 'internal' });
      const allowed = refusal === null || maybeOfOtherPath.has(refusal.kind) ? allow(path) : null;
      if (isRouteMissing && request.method === 'OPTIONS') {
        const preflight = cors.preflightHeaders(request, allowed ?? allMethods);
        const allowHeader = allowed === null ? {} : { allow: allowed };
        if (preflight !== null || allowed !== null)
          return new Response(null, { status: 204, headers: { ...allowHeader, ...preflight } });
      }

      const failure = methodFailureOf(request.method, allowed) ?? refusal ?? { kind: 'not_found' };
      const requestId = requestIdOf(set);
      if (failure.kind === 'internal')
        log.error('request failed', { requestId, method: request.method, route: routeOf(path), error });
      if ('reason' in failure && isOutage(failure))
        countedLog.error('request refused', { requestId, ...failure }, `request refused ${failure.kind}`);
      if (failure.kind === 'forbidden') {
        const { reason } = failure;
        countedLog.warn(
          'request forbidden',
          { requestId, method: request.method, route: routeOf(path), reason },
          `request forbidden: ${reason}`,
        );
      }
      if (failure.kind === 'too_many_bodies')
        countedLog.warn('too many bodies are being read', { requestId, client: clientOf(request) });
      const problem = problemOf(failure, requestId);
      set.status = problem.status;
      Object.assign(set.headers, problem.headers, { 'content-type': 'application/problem+json' });
      return problem.body;
    });
};

/** The response hides the reason of an outage, so it is logged for the operator. */
const isOutage = ({ kind }: Failure): boolean => outages.has(kind);
const outages = new Set<Failure['kind']>([
  'unavailable',
  'claim_unconfirmed',
  'payment_unavailable',
  'cancel_unavailable',
]);

/** Null for a method that another role serves: it is in `Allow`, so it cannot be refused as a method. */
const methodFailureOf = (method: string, allowed: string | null): Failure | null =>
  allowed === null || allowed.split(', ').includes(method)
    ? null
    : { kind: 'method_not_allowed', allow: allowed };

/**
 * How a route refuses a word in place of an id. The router gives `DELETE /checkouts/options` to the route of
 * `DELETE /checkouts/:id`, but the path is one of its own.
 */
const maybeOfOtherPath = new Set<Failure['kind']>(['unauthenticated', 'forbidden', 'not_found']);
