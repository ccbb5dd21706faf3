import { AsyncLocalStorage } from 'node:async_hooks';
import type { AnyElysia } from 'elysia';
import { type ApiDeps, createApp } from '../../api/app.ts';

/** The part of an app that tests use. */
export type TestApp = {
  readonly routes: AnyElysia['routes'];
  handle(request: Request): Promise<Response>;
  fetch(request: Request): Response | Promise<Response>;
};

const apps = new Map<string, AnyElysia>();
const depsStorage = new AsyncLocalStorage<ApiDeps>();

/**
 * Returns an app that all deps with the same routes share, because building an app takes longer than most
 * tests. Each request uses the ports of the deps that it is sent with.
 */
export const appFor = (deps: ApiDeps): TestApp => {
  const routes = routesOf(deps);
  const shared =
    apps.get(routes) ?? depsStorage.run(deps, () => createApp(createDelegate(deps, requestDeps)));
  apps.set(routes, shared);
  const handle = (request: Request) => depsStorage.run(deps, () => shared.handle(request));
  return { routes: shared.routes, handle, fetch: handle };
};

/** The settings that decide which routes an app has, as a key. */
const routesOf = ({ role, demo, providerName, charges, finishChallenge }: ApiDeps): string =>
  [role, demo, providerName, charges === null, finishChallenge === null].join();

const requestDeps = (): ApiDeps => {
  const deps = depsStorage.getStore();
  if (deps === undefined) throw new Error('the app used a port outside of a request');
  return deps;
};

/** Creates a proxy of `shape`. It looks up each function at each call, in the object that `current` returns. */
const createDelegate = <T extends object>(shape: T, current: () => object): T =>
  new Proxy(shape, {
    get: (_, name) => {
      const member: unknown = Reflect.get(shape, name);
      if (typeof member === 'function')
        return (...args: readonly unknown[]) => Reflect.apply(Reflect.get(current(), name), current(), args);
      if (typeof member === 'object' && member !== null)
        return createDelegate(member, () => Reflect.get(current(), name));
      return member;
    },
  });
