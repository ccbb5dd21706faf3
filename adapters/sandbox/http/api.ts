import type { Engine } from '../engine.ts';
import { challenge } from './challenge.ts';
import { listedCharges } from './charges.ts';
import { injectFaults } from './faults.ts';
import { type Form, formOf } from './form.ts';
import { cancelIntent, confirmIntent, createIntent, retrieveIntent, searchIntents } from './intents.ts';
import { createRefund, listedRefunds, retrievedRefund } from './refunds.ts';
import { type HttpResponse, missing, unauthorized } from './responses.ts';

/** Null where the connection breaks before there is an answer. */
export type StripeApi = (request: Request) => Promise<Response | null>;

export type StripeApiOptions = {
  /** The only key that is let in; any test key where there is none. */
  readonly apiKey?: string;
  readonly slowMs?: number;
};

/** What a route is asked. */
export type StripeRequest = {
  readonly engine: Engine;
  readonly form: Form;
  /** The part of the path that names something; empty where none does. */
  readonly id: string;
  readonly key: string;
  readonly origin: string;
};

type Route = (asked: StripeRequest) => Promise<HttpResponse>;

const routes: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['POST', /^\/v1\/payment_intents$/, createIntent],
  ['GET', /^\/v1\/payment_intents\/search$/, searchIntents],
  ['GET', /^\/v1\/payment_intents\/(\w+)$/, retrieveIntent],
  ['POST', /^\/v1\/payment_intents\/(\w+)\/cancel$/, cancelIntent],
  ['POST', /^\/v1\/payment_intents\/(\w+)\/confirm$/, confirmIntent],
  ['GET', /^\/v1\/charges$/, listedCharges],
  ['POST', /^\/v1\/refunds$/, createRefund],
  ['GET', /^\/v1\/refunds$/, listedRefunds],
  ['GET', /^\/v1\/refunds\/(\w+)$/, retrievedRefund],
];

/**
 * The simulator in Stripe's own words: form-encoded requests, Stripe's objects and errors, one result for each
 * idempotency key, and the faults that a charge's method asks for. It speaks as much of Stripe's API as is
 * spoken to it, and no more.
 */
export const createStripeApi = (
  engine: Engine,
  { apiKey, slowMs = 2_000 }: StripeApiOptions = {},
): StripeApi => {
  const road = injectFaults(engine, slowMs);
  /** A customer's browser has a key that is no secret, and may confirm what it has the secret of. */
  const isLetIn = (request: Request, route: Route, { id, form }: StripeRequest): boolean => {
    const [, given = ''] = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '') ?? [];
    if (given.startsWith('pk_test_') && route === confirmIntent)
      return form.get('client_secret')?.startsWith(`${id}_secret_`) === true;
    return apiKey === undefined ? /^(sk|rk)_test_/.test(given) : given === apiKey;
  };

  return async (request) => {
    const { pathname, origin } = new URL(request.url);
    if (pathname === '/health/ready') return Response.json({ ready: true });
    if (pathname.startsWith('/challenges/')) return challenge(engine, request);
    for (const [method, path, route] of routes) {
      const found = method === request.method ? path.exec(pathname) : null;
      if (found === null) continue;
      const key = request.headers.get('idempotency-key') ?? engine.newId('pi');
      const form = await formOf(request);
      const asked: StripeRequest = { engine, form, id: found[1] ?? '', key, origin };
      if (!isLetIn(request, route, asked)) return responseOf(unauthorized());
      if (method === 'GET') return responseOf(await route(asked));
      return road(`${pathname} ${key}`, form, async () => responseOf(await route(asked)));
    }
    return responseOf(missing('url', pathname));
  };
};

const responseOf = ({ status, body }: HttpResponse): Response => Response.json(body, { status });

/** As a `fetch`, for whoever lives in the same process. */
export const createFetch =
  (api: StripeApi) =>
  async (url: string, init: RequestInit): Promise<Response> => {
    const response = await api(new Request(url, init));
    if (response === null) throw new TypeError('the connection broke');
    return response;
  };
