import { sleep } from '../../../core/timer.ts';
import type { Engine } from '../engine.ts';
import { findIntentByKey } from '../intents.ts';
import { methodOf } from '../methods.ts';
import type { Form } from './form.ts';
import { internalError, keyInUse, rateLimited, toResponse } from './responses.ts';

type Serve = () => Promise<Response>;

/** How many responses are lost, so that a client that retries once loses the second response too. */
const lossesMax = 2;

/**
 * Injects the faults of the payment method into requests. Of concurrent requests under one key it serves one
 * and rejects the others, as Stripe does.
 */
export const createFaultInjector = (engine: Engine, slowMs: number) => {
  const inFlight = new Set<string>();
  const counts = new Map<string, number>();

  /** Counts the request, and returns true for the first `max` requests under its key. */
  const isAmongFirst = (key: string, max: number): boolean => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= max;
  };

  const serveWithFault = async (key: string, form: Form, serve: Serve): Promise<Response | null> => {
    const { behaviour } = methodOf(form.get('payment_method') ?? '');
    switch (behaviour) {
      case 'normal':
      case 'late_event':
        return serve();
      case 'slow':
        if (!(await isKnown(engine, key))) await sleep(engine.world.timer, slowMs);
        return serve();
      case 'down':
        return (await isKnown(engine, key)) ? serve() : toResponse(rateLimited());
      case 'rate_limited':
        return isAmongFirst(key, 1) ? toResponse(rateLimited()) : serve();
      case 'request_lost':
        return isAmongFirst(key, lossesMax) ? null : serve();
    }
    const response = await serve();
    if (behaviour === 'error_response') return toResponse(internalError());
    if (!isAmongFirst(key, lossesMax)) return response;
    return behaviour === 'response_lost' ? null : page();
  };

  return async (key: string, form: Form, serve: Serve): Promise<Response | null> => {
    if (inFlight.has(key)) return toResponse(keyInUse());
    inFlight.add(key);
    try {
      return await serveWithFault(key, form, serve);
    } finally {
      inFlight.delete(key);
    }
  };
};

/** `key` is the path, a space and the idempotency key. */
const isKnown = async (engine: Engine, key: string): Promise<boolean> => {
  const found = await findIntentByKey(engine, key.slice(key.indexOf(' ') + 1));
  return found.isOk() && found.value !== null;
};

/** The page of a proxy between client and Stripe, with status 200. */
const page = (): Response =>
  new Response('<!doctype html><title>Please wait</title><p>Please wait.</p>', {
    headers: { 'content-type': 'text/html' },
  });
