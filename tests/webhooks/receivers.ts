import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { certificate, certificateKey } from './certificates.ts';

export type ReceivedEvent = {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** A real server on this machine that hears events. */
export type TestReceiver = {
  readonly port: number;
  readonly received: readonly ReceivedEvent[];
  /** How many connections it has seen, whether or not anything came over them. */
  connections(): number;
  stop(): Promise<void>;
};

type Respond = (response: ServerResponse, event: ReceivedEvent) => void;

/** `respond` may leave the response open. With `tls`, it has the certificate of `hooks.example`. */
export const startReceiver = async (
  respond: Respond,
  { host = '127.0.0.1', tls = false }: { readonly host?: string; readonly tls?: boolean } = {},
): Promise<TestReceiver> => {
  const received: ReceivedEvent[] = [];
  let connections = 0;
  const listener: RequestListener = (request, response) => {
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const event = { path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() };
      received.push(event);
      respond(response, event);
    });
  };
  const server = tls
    ? createTlsServer({ key: certificateKey, cert: certificate }, listener)
    : createServer(listener);
  server.on('connection', () => {
    connections++;
  });
  (server as Server).listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received,
    connections: () => connections,
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

export const answerWith =
  (status: number, headers: Readonly<Record<string, string>> = {}, text = ''): Respond =>
  (response) =>
    void response.writeHead(status, headers).end(text);
