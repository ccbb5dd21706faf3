import { AsyncLocalStorage } from 'node:async_hooks';
import type { AnyElysia } from 'elysia';
import { type ApiDeps, createApp } from '../../api/app.ts';

/** What tests ask of an app. */
export type Served = {
  readonly routes: AnyElysia['routes'];
  handle(request: Request): Promise<Response>;
  fetch(request: Request): Response | Promise<Response>;
};

const apps = new Map<string, AnyElysia>();
const asked = new AsyncLocalStorage<ApiDeps>();

/**
 * One app for all deps that are served the same routes, since building one takes longer than most tests of it.
 * Each request is answered by the ports that it is asked with.
 */
export const sharedApp = (deps: ApiDeps): Served => {
  const served = routesOf(deps);
  const shared = apps.get(served) ?? asked.run(deps, () => createApp(standingFor(deps, atHand)));
  apps.set(served, shared);
  const handle = (request: Request) => asked.run(deps, () => shared.handle(request));
  return { routes: shared.routes, handle, fetch: handle };
};

/** The settings that decide which routes there are. */
const routesOf = ({ role, demo, providerName, charges, finishChallenge }: ApiDeps): string =>
  [role, demo, providerName, charges === null, finishChallenge === null].join();

const atHand = (): ApiDeps => {
  const deps = asked.getStore();
  if (deps === undefined) throw new Error('the app does something that nobody asked for');
  return deps;
};

/** Looks every function up when it is called, in whatever is there by then. */
const standingFor = <T extends object>(one: T, now: () => object): T =>
  new Proxy(one, {
    get: (_, name) => {
      const known: unknown = Reflect.get(one, name);
      if (typeof known === 'function')
        return (...given: readonly unknown[]) => Reflect.apply(Reflect.get(now(), name), now(), given);
      if (typeof known === 'object' && known !== null)
        return standingFor(known, () => Reflect.get(now(), name));
      return known;
    },
  });
