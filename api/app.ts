import { type AnyElysia, Elysia } from 'elysia';
import { type Authenticate, authenticating } from './auth.ts';
import { checkoutCommands, checkoutQueries } from './checkouts.ts';
import { demoChallenges, demoCharges, demoMails, demoTokens } from './demo.ts';
import type { ApiDeps } from './deps.ts';
import { docs } from './docs.ts';
import { type Failure, failureOf } from './failures.ts';
import { health } from './health.ts';
import { allowing } from './methods.ts';
import { moneyAuditCommands, moneyAuditQueries } from './moneyAudits.ts';
import { moneyHealth } from './moneyHealth.ts';
import { orderCommands, orderQueries } from './orders.ts';
import { problemOf } from './problems.ts';
import { productCommands, productQueries } from './products.ts';
import { queueCommands, queueQueries } from './queue.ts';
import { refundCommands, refundQueries } from './refunds.ts';
import { requestIdOf, requestIds } from './requestId.ts';
import { webhooks } from './webhooks.ts';

export type { ApiDeps } from './deps.ts';

/** The whole HTTP contract, or the part of it that `role` serves, over the ports in `deps`. */
export const app = (deps: ApiDeps): AnyElysia => {
  const authenticate = authenticating(deps.auth, deps.world.clock);
  const root = ground(deps).use(health(deps));
  root.use(docs(deps, () => root.routes));
  if (deps.demo) root.use(demoTokens(deps));
  if (deps.role === 'all' || deps.role === 'checkout') root.use(commands(deps, authenticate));
  if (deps.role === 'all' || deps.role === 'read') root.use(queries(deps, authenticate));
  if (deps.role !== 'worker') root.use(checkoutQueries(deps, authenticate));
  return root;
};

const commands = (deps: ApiDeps, authenticate: Authenticate) => {
  const served = new Elysia()
    .use(webhooks(deps))
    .use(productCommands(deps, authenticate))
    .use(orderCommands(deps, authenticate))
    .use(checkoutCommands(deps, authenticate))
    .use(refundCommands(deps, authenticate))
    .use(queueCommands(deps, authenticate))
    .use(moneyAuditCommands(deps, authenticate));
  if (deps.demo && deps.finishChallenge !== null)
    served.use(demoChallenges(deps.finishChallenge, authenticate));
  return served;
};

const queries = (deps: ApiDeps, authenticate: Authenticate) => {
  const served = new Elysia()
    .use(productQueries(deps))
    .use(orderQueries(deps, authenticate))
    .use(refundQueries(deps, authenticate))
    .use(queueQueries(deps, authenticate))
    .use(moneyAuditQueries(deps, authenticate))
    .use(moneyHealth(deps, authenticate));
  if (deps.demo) served.use(demoMails(deps, authenticate));
  if (deps.demo && deps.charges !== null) served.use(demoCharges(deps.charges, authenticate));
  return served;
};

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
    allow = allowing(root.routes);
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
