import type { CountedLog } from '../../core/countedLog.ts';
import { type Log, requestLine } from '../../core/log.ts';
import type { Timer } from '../../core/timer.ts';
import { callerIdOf } from './requestCaller.ts';
import { createRoutePattern, pathOf } from './routePattern.ts';

type Fetch = (request: Request) => Response | Promise<Response>;
type Api = { readonly fetch: Fetch; readonly routes: readonly { readonly path: string }[] };

export type RequestLogSettings = {
  /** The lowest level that is logged: `debug` and `info` have a line for each request. */
  readonly logLevel: string;
  /** A request that takes this long has a warning. */
  readonly slowMs: number;
};

type Ports = {
  readonly log: Log;
  readonly countedLog: CountedLog;
  readonly timer: Timer;
  readonly requests: RequestCounter;
};

/** Counts each request by the pattern of its route, which is null if no route has its path. */
export type RequestCounter = {
  readonly started: () => void;
  readonly finished: (request: {
    readonly method: string;
    readonly route: string | null;
    readonly status: number;
    readonly ms: number;
  }) => void;
};

/**
 * Answers as `api` does, and logs each request: one line at `info`, with more at `debug`. No line has a body, a value of
 * the query, the path, a header or an address.
 */
export const withRequestLog = (api: Api, ports: Ports, settings: RequestLogSettings): Fetch => {
  const { log, countedLog, timer, requests } = ports;
  const { logLevel, slowMs } = settings;
  const patternOf = createRoutePattern(api.routes);
  const isDebug = logLevel === 'debug';
  const logsEach = isDebug || logLevel === 'info';
  // Elapsed time by a monotonic clock.
  const start = timer.deadline(0);

  const write = (request: Request, response: Response, startedMs: number): void => {
    const tookMs = -start.remainingMs() - startedMs;
    const route = patternOf(pathOf(request.url));
    requests.finished({ method: request.method, route, status: response.status, ms: tookMs });
    const ms = Math.round(tookMs * 10) / 10;
    const isSlow = ms >= slowMs;
    if (!logsEach && !isSlow) return;
    const requestId = response.headers.get('x-request-id');
    const line = { method: request.method, route, status: response.status, ms, requestId };
    if (isSlow) countedLog.warn('slow request', line, `slow request ${request.method} ${route}`);
    if (!logsEach) return;
    const details = isDebug ? detailsOf(request, response) : {};
    const logRequest = isQuiet(route) ? log.debug : log.info;
    logRequest(requestLine, { ...line, who: callerIdOf(request), ...details });
  };

  return (request) => {
    const startedMs = -start.remainingMs();
    requests.started();
    const finish = (response: Response): Response => {
      write(request, response, startedMs);
      return response;
    };
    const response = api.fetch(request);
    return response instanceof Response ? finish(response) : response.then(finish);
  };
};

/** Load balancers ask for health all the time, and a page loads many files. */
const isQuiet = (route: string | null): boolean => route !== null && quiet.test(route);
const quiet = /^\/(?:health|assets|images)\//;

/** The names in a query, but for those that no parameter could have: a caller may have put a secret in their place. */
const detailsOf = (request: Request, response: Response) => {
  const names = new Set(new URL(request.url).searchParams.keys());
  return {
    query: [...names].map((name) => (/^[A-Za-z]{1,20}$/.test(name) ? name : '?')).slice(0, 20),
    requestBytes: sizeOf(request.headers),
    responseBytes: sizeOf(response.headers),
  };
};

const sizeOf = (headers: Headers): number | null => {
  const length = headers.get('content-length');
  return length === null ? null : Number(length);
};
