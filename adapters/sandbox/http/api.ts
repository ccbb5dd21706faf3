import type { Engine } from '../engine.ts';
import { serveChallenge } from './challenge.ts';
import { listCharges } from './charges.ts';
import { acceptDispute, createDispute, listDisputes, retrieveDispute, updateDispute } from './disputes.ts';
import { createFaultInjector } from './faults.ts';
import { formOf } from './form.ts';
import { cancelIntent, confirmIntent, createIntent, retrieveIntent, searchIntents } from './intents.ts';
import { createRefund, listRefunds, retrieveRefund } from './refunds.ts';
import type { StripeRequest } from './request.ts';
import { type HttpResponse, notFound, toResponse, unauthorized } from './responses.ts';

/** Null: the connection breaks before there is a response. */
export type StripeApi = (request: Request) => Promise<Response | null>;

export type StripeApiOptions = {
  /** The only accepted secret key. Without it, every test key is accepted. */
  readonly apiKey?: string;
  /** How long a `slow` charge takes, in ms. */
  readonly slowMs?: number;
};

type Route = (request: StripeRequest) => Promise<HttpResponse>;

const routes: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['POST', /^\/v1\/payment_intents$/, createIntent],
  ['GET', /^\/v1\/payment_intents\/search$/, searchIntents],
  ['GET', /^\/v1\/payment_intents\/(\w+)$/, retrieveIntent],
  ['POST', /^\/v1\/payment_intents\/(\w+)\/cancel$/, cancelIntent],
  ['POST', /^\/v1\/payment_intents\/(\w+)\/confirm$/, confirmIntent],
  ['GET', /^\/v1\/charges$/, listCharges],
  ['POST', /^\/v1\/refunds$/, createRefund],
  ['GET', /^\/v1\/refunds$/, listRefunds],
  ['GET', /^\/v1\/refunds\/(\w+)$/, retrieveRefund],
  ['POST', /^\/v1\/test_helpers\/disputes$/, createDispute],
  ['GET', /^\/v1\/disputes$/, listDisputes],
  ['GET', /^\/v1\/disputes\/(\w+)$/, retrieveDispute],
  ['POST', /^\/v1\/disputes\/(\w+)$/, updateDispute],
  ['POST', /^\/v1\/disputes\/(\w+)\/close$/, acceptDispute],
];

/**
 * The sandbox behind Stripe's HTTP API: form-encoded requests, Stripe's objects and errors, one result for
 * each idempotency key, and the faults of the payment method. It has only the part of Stripe's API that our
 * adapter and a customer's browser use.
 */
export const createStripeApi = (
  engine: Engine,
  { apiKey, slowMs = 2_000 }: StripeApiOptions = {},
): StripeApi => {
  const withFaults = createFaultInjector(engine, slowMs);
  /** A customer's browser has a publishable key. It may only confirm an intent, with the client secret. */
  const isAuthorized = (headers: Headers, route: Route, { id, form }: StripeRequest): boolean => {
    const [, token = ''] = /^Bearer (\S+)$/.exec(headers.get('authorization') ?? '') ?? [];
    if (token.startsWith('pk_test_') && route === confirmIntent)
      return form.get('client_secret')?.startsWith(`${id}_secret_`) === true;
    return apiKey === undefined ? /^(sk|rk)_test_/.test(token) : token === apiKey;
  };

  return async (request) => {
    const { pathname, origin } = new URL(request.url);
    if (pathname === '/health/ready') return Response.json({ ready: true });
    if (pathname.startsWith('/challenges/')) return serveChallenge(engine, request);
    for (const [method, path, route] of routes) {
      const found = method === request.method ? path.exec(pathname) : null;
      if (found === null) continue;
      const key = request.headers.get('idempotency-key') ?? engine.newId('pi');
      const form = await formOf(request);
      const stripeRequest: StripeRequest = { engine, form, id: found[1] ?? '', key, origin };
      if (!isAuthorized(request.headers, route, stripeRequest)) return toResponse(unauthorized());
      if (method === 'GET') return toResponse(await route(stripeRequest));
      return withFaults(`${pathname} ${key}`, form, async () => toResponse(await route(stripeRequest)));
    }
    return toResponse(notFound('url', pathname));
  };
};
