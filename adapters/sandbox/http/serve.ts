import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { StripeApi } from './api.ts';

export type StripeServer = { readonly port: number; stop(): Promise<void> };

/** Serves `api` on the loopback address. Port 0 takes any free port. Rejects if the port is in use. */
export const serveStripe = async (api: StripeApi, port: number): Promise<StripeServer> => {
  const server = createServer((incoming, outgoing) => {
    handle(api, incoming, outgoing).catch(() => outgoing.destroy());
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

const handle = async (api: StripeApi, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
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
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [{ name, value }] : [],
  );
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? { body: Buffer.concat(chunks).toString() } : {};
  return new Request(`http://${headers.host ?? 'localhost'}${url}`, {
    method,
    headers: fields.map(({ name, value }): [string, string] => [name, value]),
    ...body,
  });
};
