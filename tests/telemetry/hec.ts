import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';

type Received = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The body, unzipped. */
  readonly text: string;
};

/** An HTTP Event Collector of the tests. `answer` says what it does with a request; it may never answer. */
export const startCollector = async () => {
  const requests: Received[] = [];
  const state = { status: 200, headers: {} as Record<string, string>, isSilent: false, bytesMax: 1_000_000 };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const bytes = Buffer.concat(parts);
    const { method = '', url = '', headers } = request;
    const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    requests.push({ method, url, headers, text });
    if (state.isSilent) return;
    const status = bytes.length > state.bytesMax ? 413 : state.status;
    response.writeHead(status, { 'content-type': 'application/json', ...state.headers });
    response.end(status === 200 ? '{"text":"Success","code":0}' : '{"text":"no","code":9}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    state,
    /** Resolves once `count` requests have come. */
    received: async (count: number): Promise<void> => {
      while (requests.length < count) await new Promise((resolve) => setImmediate(resolve));
    },
    close: async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** The objects of a body: as the collector reads them, one after another with nothing between them. */
export const eventsIn = (text: string): readonly Record<string, unknown>[] => {
  const events: Record<string, unknown>[] = [];
  let depth = 0;
  let from = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (isText) {
      if (sign === '\\') at++;
      else if (sign === '"') isText = false;
      continue;
    }
    if (sign === '"') isText = true;
    if (sign === '{') depth++;
    if (sign !== '}' || --depth > 0) continue;
    events.push(JSON.parse(text.slice(from, at + 1)));
    from = at + 1;
  }
  if (from !== text.length) throw new Error('there is something behind the last object');
  return events;
};
