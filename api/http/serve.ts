/** Handles one request. Never rejects. */
type Fetch = (request: Request) => Response | Promise<Response>;

export type Listening = {
  readonly port: number;
  /** Accepts no more requests. Resolves when the requests in flight have their responses. */
  stop(): Promise<void>;
};

/**
 * Serves on `port` (0 for any free one) of the address `host` (null for every address), under Bun or Deno. All requests go through `fetch`, and Bun's own
 * router is not used, so that every runtime and every test runs the same code.
 */
export const serve = async (
  { fetch }: { readonly fetch: Fetch },
  { port, host = null }: { readonly port: number; readonly host?: string | null },
): Promise<Listening> => (typeof Bun === 'undefined' ? serveOnDeno : serveOnBun)(fetch, port, host);

const serveOnBun = (fetch: Fetch, port: number, host: string | null): Listening => {
  const server = Bun.serve({
    port,
    ...(host === null ? {} : { hostname: host }),
    fetch,
    development: false,
    // In seconds. A payment may take its whole time limit, and nothing is sent until then.
    idleTimeout: 120,
    // Far above our own limit, so that our problem response is sent for a body that is too large.
    maxRequestBodySize: 1024 ** 3,
  });
  return { port: server.port ?? port, stop: () => server.stop() };
};

type DenoServer = { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
declare const Deno: {
  serve(
    options: { readonly port: number; readonly hostname?: string; onListen(): void },
    handler: Fetch,
  ): DenoServer;
};

const serveOnDeno = (fetch: Fetch, port: number, host: string | null): Listening => {
  const address = host === null ? {} : { hostname: host };
  const server = Deno.serve({ port, ...address, onListen: () => {} }, fetch);
  return { port: server.addr.port, stop: () => server.shutdown() };
};
