import http from 'node:http';
import { holdsBody, releaseBody } from './body.ts';
import { type Peers, setPeers } from './clientAddress.ts';
import { withHost } from './missingHost.ts';
import { parserBytesMax } from './requestSize.ts';

/** Handles one request. Never rejects. */
type Fetch = (request: Request) => Response | Promise<Response>;

export type Listening = {
  readonly port: number;
  /** From now on every response asks its client to close the connection. Bun also closes it itself. */
  closeConnections(): void;
  /** How many requests it has received. */
  received(): number;
  /** Sends no response until the returned function is called. */
  holdResponses(): () => void;
  /** Accepts no more requests. Resolves when the requests in flight have their responses. */
  stop(): Promise<void>;
};

/**
 * Serves on `port` (0 for any free one) of the address `host` (null for every address), under Bun or Deno. Rejects if
 * the port is in use. All requests go through `fetch`, and Bun's own router is not used, so that every runtime and every
 * test runs the same code.
 */
export const serve = async (
  { fetch }: { readonly fetch: Fetch },
  { port, host = null }: { readonly port: number; readonly host?: string | null },
): Promise<Listening> => (typeof Bun === 'undefined' ? serveOnDeno : serveOnBun)(fetch, port, host);

type Serving = {
  readonly fetch: Fetch;
  /** True once responses ask clients to close the connection. */
  closes: boolean;
  received: number;
  /** Null: responses are sent as soon as they are ready. */
  held: Promise<void> | null;
};

/** Handles a request that came over a socket. */
const handle = (serving: Serving, received: Request, peers: Peers): Response | Promise<Response> => {
  serving.received++;
  const request = withHost(received);
  setPeers(request, request === received ? peers : { requestIP: () => peers.requestIP(received) });
  const response = serving.fetch(request);
  if (holdsBody(request))
    return Promise.resolve(response)
      .finally(() => releaseBody(request))
      .then((ready) => send(serving, ready));
  return response instanceof Response
    ? send(serving, response)
    : response.then((ready) => send(serving, ready));
};

const send = (serving: Serving, response: Response): Response | Promise<Response> =>
  serving.held === null ? finish(serving, response) : serving.held.then(() => finish(serving, response));

/** Decided when the response is ready: its request may have come before the connections were to close. */
const finish = ({ closes }: Serving, response: Response): Response => {
  if (closes) response.headers.set('connection', 'close');
  return response;
};

const createServing = (fetch: Fetch) => {
  const serving: Serving = { fetch, closes: false, received: 0, held: null };
  const closeConnections = () => {
    serving.closes = true;
  };
  const holdResponses = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    serving.held = promise;
    return resolve;
  };
  return { serving, control: { closeConnections, holdResponses, received: () => serving.received } };
};

const serveOnBun = (fetch: Fetch, port: number, host: string | null): Listening => {
  const { serving, control } = createServing(fetch);
  // Bun answers a larger head itself, with a bare 431. The setting is the process's own, and has no other name in code.
  Object.assign(http, { maxHeaderSize: parserBytesMax });
  const server = Bun.serve({
    port,
    ...(host === null ? {} : { hostname: host }),
    fetch: (request, peers) => handle(serving, request, peers),
    development: false,
    // Bun's default on Linux shares the port, so a second start would get half of the requests.
    reusePort: false,
    // In seconds. A payment may take its whole time limit, and nothing is sent until then.
    idleTimeout: 120,
    // Far above our own limit, so that our problem response is sent for a body that is too large.
    maxRequestBodySize: 1024 ** 3,
  });
  return { port: server.port ?? port, ...control, stop: () => server.stop() };
};

type DenoServer = { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
declare const Deno: {
  serve(
    options: { readonly port: number; readonly hostname?: string; onListen(): void },
    handler: DenoHandler,
  ): DenoServer;
};
type DenoHandler = (
  request: Request,
  info: { readonly remoteAddr: { readonly hostname: string } },
) => Response | Promise<Response>;

const serveOnDeno = (fetch: Fetch, port: number, host: string | null): Listening => {
  const { serving, control } = createServing(fetch);
  const address = host === null ? {} : { hostname: host };
  const server = Deno.serve({ port, ...address, onListen: () => {} }, (request, { remoteAddr }) =>
    handle(serving, request, { requestIP: () => ({ address: remoteAddr.hostname }) }),
  );
  return { port: server.addr.port, ...control, stop: () => server.shutdown() };
};
