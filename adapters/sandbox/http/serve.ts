import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { StripeApi } from './api.ts';

export type Serving = { readonly port: number; stop(): Promise<void> };

/** Serves `api` on the loopback, on `port` or on any that is free for 0. Rejects where the port is in use. */
export const serveStripe = async (api: StripeApi, port: number): Promise<Serving> => {
  const server = createServer((incoming, outgoing) => {
    answer(api, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { port: typeof address === 'object' ? (address?.port ?? port) : port, stop };
};

const answer = async (api: StripeApi, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
  const response = await api(await requestOf(incoming));
  if (response === null) {
    incoming.socket.destroy();
    return;
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
};

const requestOf = async (incoming: IncomingMessage): Promise<Request> => {
  const { method = 'GET', url = '/', headers } = incoming;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const known = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [{ name, value }] : [],
  );
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? { body: Buffer.concat(chunks).toString() } : {};
  return new Request(`http://${headers.host ?? 'localhost'}${url}`, {
    method,
    headers: known.map(({ name, value }): [string, string] => [name, value]),
    ...body,
  });
};
