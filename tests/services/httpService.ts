import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

export type ReceivedRequest = {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** A real HTTP server on this machine that receives what is sent to a step service. */
export type HttpService = {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Resolves once this many requests have arrived. */
  received(count: number): Promise<void>;
  /** Ends all connections, so that nobody answers any more. */
  stop(): Promise<void>;
};

/** `respond` may leave the response open. */
export const startHttpService = async (
  respond: (response: ServerResponse, request: ReceivedRequest) => void,
): Promise<HttpService> => {
  const requests: ReceivedRequest[] = [];
  let arrived = () => {};
  const server = createServer((incoming, response) => {
    const chunks: Uint8Array[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = {
        method: incoming.method,
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(request);
      respond(response, request);
      arrived();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the service has no port');
  return {
    url: `http://127.0.0.1:${address.port}/steps`,
    requests,
    received: async (count) => {
      while (requests.length < count)
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
    },
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
