import { sleep } from '../../../core/timer.ts';
import type { Engine } from '../engine.ts';
import { findByKey } from '../intents.ts';
import { methodOf } from '../methods.ts';
import type { Form } from './form.ts';
import { internal, keyInUse, rateLimited } from './responses.ts';

type Served = () => Promise<Response>;

/** So many answers are lost: a client that tries once more at once loses that one, too. */
const losses = 2;

/**
 * What happens to a request between client and Stripe, by the method that it wants charged, and what happens
 * to requests under one key at once: one is served, the others are turned away.
 */
export const injectFaults = (engine: Engine, slowMs: number) => {
  const inFlight = new Set<string>();
  const heard = new Map<string, number>();

  /** Whether it is one of the first `count` of its kind. */
  const isAmongFirst = (key: string, count: number): boolean => {
    const times = (heard.get(key) ?? 0) + 1;
    heard.set(key, times);
    return times <= count;
  };

  const served = async (key: string, form: Form, serve: Served): Promise<Response | null> => {
    const { manner } = methodOf(form.get('payment_method') ?? '');
    switch (manner) {
      case 'prompt':
      case 'late':
        return serve();
      case 'slow':
        if (!(await isKnown(engine, key))) await sleep(engine.world.timer, slowMs);
        return serve();
      case 'down':
        return (await isKnown(engine, key)) ? serve() : respond(rateLimited());
      case 'rate_limited':
        return isAmongFirst(key, 1) ? respond(rateLimited()) : serve();
      case 'lost_before':
        return isAmongFirst(key, losses) ? null : serve();
    }
    const response = await serve();
    if (manner === 'error') return respond(internal());
    if (!isAmongFirst(key, losses)) return response;
    return manner === 'lost' ? null : page();
  };

  return async (key: string, form: Form, serve: Served): Promise<Response | null> => {
    if (inFlight.has(key)) return respond(keyInUse());
    inFlight.add(key);
    try {
      return await served(key, form, serve);
    } finally {
      inFlight.delete(key);
    }
  };
};

const isKnown = async (engine: Engine, key: string): Promise<boolean> => {
  const found = await findByKey(engine, key.slice(key.indexOf(' ') + 1));
  return found.isOk() && found.value !== null;
};

const respond = ({ status, body }: { readonly status: number; readonly body: unknown }): Response =>
  Response.json(body, { status });

/** What a proxy in between may say, with a status that means well. */
const page = (): Response =>
  new Response('<!doctype html><title>Please wait</title><p>Please wait.</p>', {
    headers: { 'content-type': 'text/html' },
  });
