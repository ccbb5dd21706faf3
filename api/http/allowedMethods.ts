type Route = { readonly method: string; readonly path: string };

/**
 * Creates a function that returns the value of the header `Allow` for a path, or null if no route has that
 * path. Elysia's router cannot tell this, because it looks up method and path together.
 */
export const createAllowedMethods = (routes: readonly Route[]): ((path: string) => string | null) => {
  const resources = [...Map.groupBy(routes, ({ path }) => path)]
    // A word counts before a parameter in its place, as in the router.
    .toSorted(([one], [other]) => variablesIn(one) - variablesIn(other))
    .map(([path, served]) => ({
      matches: new RegExp(`^${path.replace(/:[a-z]+/gi, '[^/]+').replace('*', '.*')}/?$`),
      allow: allowOf(served),
    }));
  return (path) => resources.find(({ matches }) => matches.test(path))?.allow ?? null;
};

const variablesIn = (path: string): number => path.match(/[:*]/g)?.length ?? 0;

const allowOf = (routes: readonly Route[]): string => {
  const methods = routes.map(({ method }) => method);
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ');
};
