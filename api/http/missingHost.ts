const slash = 0x2f;

/**
 * Bun gives a request without a usable `Host` (HTTP/1.0, or an empty one) a URL that is only a path, such as
 * `/health/live`. The router would look for the path after a host and find nothing. Load balancers check health in
 * this way by default.
 */
export const withHost = (request: Request): Request => {
  const { url } = request;
  return url.charCodeAt(0) === slash ? new Request(`http://localhost${url}`, request) : request;
};
