import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export type RawRequest = { readonly key: string; readonly body: string };

/**
 * An HTTP server over a bare socket, which can be killed in the middle of an answer and can say more than it was asked. Bun's
 * `node:http` answers an empty 200 for a request whose socket is destroyed: a service that was killed would have agreed.
 */
export type RawServer = {
  readonly url: string;
  /** Ends all connections and listens no more, until `start` is called. */
  kill(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
};

/** `respond` writes answers, of any number. */
export const startRawServer = async (
  respond: (socket: Socket, request: RawRequest) => void,
): Promise<RawServer> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let received: Buffer = Buffer.of();
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, Buffer.from(chunk)]);
      for (let next = readRequest(received); next !== null; next = readRequest(received)) {
        received = received.subarray(next.bytes);
        respond(socket, next.request);
      }
    });
  });
  const start = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await start(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the service has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    kill: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    start: () => start(address.port),
  };
};

/** Null until the whole body is there. */
const readRequest = (received: Buffer): { readonly request: RawRequest; readonly bytes: number } | null => {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const head = received.subarray(0, headEnd).toString('latin1');
  const headerOf = (name: string) => new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
  const bodyStart = headEnd + 4;
  const bytes = bodyStart + Number(headerOf('content-length'));
  if (received.length < bytes) return null;
  const body = received.subarray(bodyStart, bytes).toString('utf8');
  return { request: { key: headerOf('idempotency-key'), body }, bytes };
};

/** The bytes of an answer with a JSON body. */
export const answerOf = (status: number, body: object): string => {
  const text = JSON.stringify(body);
  return `HTTP/1.1 ${status} Status\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
};
