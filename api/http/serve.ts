/** Answers one request; never rejects. */
type Fetch = (request: Request) => Response | Promise<Response>;

export type Listening = {
  readonly port: number;
  /** Takes no more requests, and resolves when those in flight are answered. */
  stop(): Promise<void>;
};

/**
 * Serves on `port` (0 for any free one), under Bun or Deno. All requests go through `fetch` and none through
 * Bun's own router, so that every runtime and every test takes the same road.
 */
export const serve = async (
  { fetch }: { readonly fetch: Fetch },
  { port }: { readonly port: number },
): Promise<Listening> => (typeof Bun === 'undefined' ? serveOnDeno : serveOnBun)(fetch, port);

const serveOnBun = (fetch: Fetch, port: number): Listening => {
  const server = Bun.serve({
    port,
    fetch,
    development: false,
    // A payment may take its whole time limit, and nothing is sent meanwhile.
    idleTimeout: 120,
    // Far above ours, so that it is our own answer to a body that is too large which is heard.
    maxRequestBodySize: 1024 ** 3,
  });
  return { port: server.port ?? port, stop: () => server.stop() };
};

type DenoServer = { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
declare const Deno: {
  serve(options: { readonly port: number; onListen(): void }, handler: Fetch): DenoServer;
};

const serveOnDeno = (fetch: Fetch, port: number): Listening => {
  const server = Deno.serve({ port, onListen: () => {} }, fetch);
  return { port: server.addr.port, stop: () => server.shutdown() };
};
