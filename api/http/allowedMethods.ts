type Route = { readonly method: string; readonly path: string };

/**
 * Lists the methods of whatever a path names, as the header `Allow` has them; null where it names nothing.
 * Elysia's router only knows method and path together.
 */
export const allowedMethods = (routes: readonly Route[]): ((path: string) => string | null) => {
  const resources = [...Map.groupBy(routes, ({ path }) => path)].map(([path, served]) => ({
    matches: new RegExp(`^${path.replace(/:[a-z]+/gi, '[^/]+')}/?$`),
    allow: allowOf(served),
  }));
  return (path) => resources.find(({ matches }) => matches.test(path))?.allow ?? null;
};

const allowOf = (routes: readonly Route[]): string => {
  const methods = routes.map(({ method }) => method);
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ');
};
