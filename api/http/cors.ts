type Headers = Record<string, string | number | undefined>;

/** Lets pages of other origins call the API (CORS, as the Fetch standard has it). */
export type Cors = {
  /** Sets the headers of every response, problems too: without them a page cannot read why it was refused. */
  setHeaders(request: Request, headers: Headers): void;
  /** The headers of the response to a preflight, in addition. Null for a request that is none, or of an unknown origin. */
  preflightHeaders(request: Request, allowedMethods: string): Headers | null;
};

/**
 * `origins` are compared as they are, and the response names only the caller's own. Credentials are never allowed, so
 * that a page of another origin needs a token and cannot use a customer's cookie.
 */
export const createCors = (origins: readonly string[]): Cors => {
  const allowed = new Set(origins);
  const originOf = ({ headers }: Request): string | null => {
    const origin = headers.get('origin');
    return origin !== null && allowed.has(origin) ? origin : null;
  };
  return {
    setHeaders: (request, headers) => {
      if (allowed.size === 0) return;
      // Also without an origin: a cache must not give that response to a page.
      headers.vary = 'Origin';
      const origin = originOf(request);
      if (origin === null) return;
      headers['access-control-allow-origin'] = origin;
      headers['access-control-expose-headers'] = exposedHeaders;
    },
    preflightHeaders: (request, allowedMethods) =>
      originOf(request) === null || request.headers.get('access-control-request-method') === null
        ? null
        : {
            'access-control-allow-methods': allowedMethods,
            'access-control-allow-headers': allowedHeaders,
            'access-control-max-age': maxAgeSeconds,
          },
  };
};

const allowedHeaders = 'Authorization, Content-Type, Idempotency-Key, Consistency-Token, X-Request-Id';
const exposedHeaders = 'Consistency-Token, X-Request-Id, Location, Retry-After, Idempotent-Replayed';
const maxAgeSeconds = '600';

/** For a path that no route has: the page then gets 404, and not that its origin is refused. */
export const allMethods = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST';

/** True for an origin as browsers send it: a scheme, a host in ASCII, and a port if it is not the scheme's own. */
export const isOrigin = (text: string): boolean =>
  /^https?:\/\/[^*]+$/.test(text) && URL.parse(text)?.origin === text;
