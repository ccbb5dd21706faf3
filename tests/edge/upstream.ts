import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What a process behind the gateway has received. */
export type Received = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly sha256: string;
};

type Answer = (request: Received, response: ServerResponse) => void;

/** A process that answers as the test says, in place of one of the shop. */
export type Upstream = {
  readonly name: string;
  readonly port: number;
  readonly received: Received[];
  /** By default 200 with the name of the upstream. */
  answer: Answer;
  /** Called when a request is there as a whole. True: its connection is cut. */
  cuts: (request: IncomingMessage) => boolean;
  /** Called when the head of a request is there. True: it has answered already. */
  onHead: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): void;
};

export const startUpstream = async (name: string): Promise<Upstream> => {
  const received: Received[] = [];
  // As much as a process of the shop reads.
  const server = createServer({ maxHeaderSize: 192 * 1024 }, async (request, response) => {
    if (upstream.onHead(request, response)) return;
    const hash = createHash('sha256');
    try {
      for await (const part of request) hash.update(part);
    } catch {
      return;
    }
    const { method = '', url = '', headers, rawHeaders } = request;
    const whole = { method, url, headers, rawHeaders, sha256: hash.digest('hex') };
    received.push(whole);
    if (upstream.cuts(request)) request.socket.destroy();
    else upstream.answer(whole, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the upstream has no port');
  const upstream: Upstream = {
    name,
    port: address.port,
    received,
    answer: (_, response) => response.end(name),
    cuts: () => false,
    onHead: () => false,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return upstream;
};
