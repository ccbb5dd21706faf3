import { type AnyElysia, Elysia } from 'elysia';
import type { ApiDeps } from './deps.ts';
import { allowedMethods } from './http/allowedMethods.ts';
import { type Authenticate, createAuthenticate } from './http/auth.ts';
import { type Failure, failureOf } from './http/failures.ts';
import { problemOf } from './http/problems.ts';
import { requestIdOf, requestIds } from './http/requestId.ts';
import { checkoutCommands, checkoutQueries } from './routes/checkouts.ts';
import { demoChallenges, demoCharges, demoMails, demoTokens } from './routes/demo.ts';
import { docs } from './routes/docs.ts';
import { health } from './routes/health.ts';
import { moneyHealth } from './routes/money.ts';
import { orderCancelling, orderPlacing, orderQueries } from './routes/orders.ts';
import { productCommands, productQueries } from './routes/products.ts';
import { queueCommands, queueQueries } from './routes/queue.ts';
import { reconciliationCommands, reconciliationQueries } from './routes/reconciliations.ts';
import { refundCommands, refundQueries } from './routes/refunds.ts';
import { webhooks } from './routes/webhooks.ts';

export type { ApiDeps } from './deps.ts';

/** The whole HTTP contract, or the part of it that `role` serves, over the ports in `deps`. */
export const createApp = (deps: ApiDeps): AnyElysia => {
  const authenticate = createAuthenticate(deps.auth, deps.world.clock);
  const { role } = deps;
  const root = ground(deps);
  // Side by side: Elysia adds a route anew to each app that it is nested in, and every start pays for that.
  const parts = [
    health(deps),
    docs(deps, () => root.routes),
    ...(deps.demo ? [demoTokens(deps)] : []),
    ...(role === 'all' || role === 'checkout' ? commands(deps, authenticate) : []),
    ...(role === 'all' || role === 'read' ? queries(deps, authenticate) : []),
    ...(role === 'worker' ? [] : [checkoutQueries(deps, authenticate)]),
  ];
  for (const part of parts) root.use(part);
  return root;
};

const commands = (deps: ApiDeps, authenticate: Authenticate): readonly AnyElysia[] => [
  webhooks(deps),
  productCommands(deps, authenticate),
  orderPlacing(deps, authenticate),
  orderCancelling(deps, authenticate),
  checkoutCommands(deps, authenticate),
  refundCommands(deps, authenticate),
  queueCommands(deps, authenticate),
  reconciliationCommands(deps, authenticate),
  ...(deps.demo && deps.finishChallenge !== null ? [demoChallenges(deps.finishChallenge, authenticate)] : []),
];

const queries = (deps: ApiDeps, authenticate: Authenticate): readonly AnyElysia[] => [
  productQueries(deps),
  orderQueries(deps, authenticate),
  refundQueries(deps, authenticate),
  queueQueries(deps, authenticate),
  reconciliationQueries(deps, authenticate),
  moneyHealth(deps, authenticate),
  ...(deps.demo ? [demoMails(deps, authenticate)] : []),
  ...(deps.demo && deps.charges !== null ? [demoCharges(deps.charges, authenticate)] : []),
];

/** Of every answer; the page of the docs has a policy of its own. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** What every route stands on: the request's id, the headers of every answer, and the one error handler. */
const ground = ({ world, log }: ApiDeps) => {
  // A host may be as short as "api": the router would look for its path behind the 11th character.
  const root = new Elysia({ handler: { standardHostname: false } });
  const giveId = requestIds(world);
  let allow: (path: string) => string | null = (path) => {
    allow = allowedMethods(root.routes);
    return allow(path);
  };
  return root
    .headers(headers)
    .onRequest(({ request, set }) => {
      giveId(request, set);
    })
    .onError(({ code, error, request, path, set }) => {
      const unrouted = code === 'NOT_FOUND';
      const allowed = unrouted ? allow(path) : null;
      if (allowed !== null && request.method === 'OPTIONS')
        return new Response(null, { status: 204, headers: { allow: allowed } });

      const failure = unrouted ? missing(allowed) : (failureOf(error) ?? { kind: 'internal' });
      const requestId = requestIdOf(set);
      if (failure.kind === 'internal')
        log.error('request failed', { requestId, method: request.method, path, error });
      if ('reason' in failure && isOutage(failure)) log.error('request refused', { requestId, ...failure });
      const problem = problemOf(failure, requestId);
      set.status = problem.status;
      Object.assign(set.headers, problem.headers, { 'content-type': 'application/problem+json' });
      return problem.body;
    });
};

/** What the caller is not told, and an operator wants to know. */
const isOutage = ({ kind }: Failure): boolean => kind === 'unavailable' || kind === 'payment_unavailable';

const missing = (allowed: string | null): Failure =>
  allowed === null ? { kind: 'not_found' } : { kind: 'method_not_allowed', allow: allowed };
