import { createServer } from 'node:http';
import { eventTypes } from '../../core/event.ts';
import type { Receiver } from './contender.ts';
import { type Arrival, lagsOf, waitUntilHeard } from './heard.ts';

/** `endpoints` webhook endpoints that want every event, all at one server. It reads no body, and answers at once. */
export const createWebhookReceiver = (endpoints: number): Receiver => {
  let arrivals: Arrival[] = [];
  let server: ReturnType<typeof createServer> | null = null;
  return {
    prepare: async (url) => {
      arrivals = [];
      server = createServer((request, response) => {
        arrivals.push({ atMs: timeOf(String(request.headers['webhook-id'])), arrivedMs: Date.now() });
        request.resume();
        response.writeHead(204).end();
      });
      const port = await listen(server);
      await subscribe(url, endpoints, `http://127.0.0.1:${port}/`);
      return { WEBHOOK_ALLOW_PRIVATE: '1' };
    },
    finish: async (url, fromMs) => {
      const endMs = performance.now();
      await waitUntilHeard(url);
      const eventDrainSeconds = (performance.now() - endMs) / 1_000;
      server?.close();
      server?.closeAllConnections();
      return { ...lagsOf(arrivals, fromMs), eventDrainSeconds };
    },
  };
};

/** The id of an event begins with its time, as every UUIDv7. */
const timeOf = (eventId: string): number => Number.parseInt(eventId.replace('-', '').slice(0, 12), 16);

const listen = (server: ReturnType<typeof createServer>): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
      resolve(address.port);
    });
  });

const subscribe = async (url: string, endpoints: number, target: string): Promise<void> => {
  const sql = new Bun.SQL(url, { max: 1 });
  const secret = `whsec_${Buffer.from('the secret of the bench').toString('base64')}`;
  await sql`
    insert into subscription (id, kind, target, types, secret, created_ms)
    select gen_random_uuid(), 'webhook', ${target}, string_to_array(${eventTypes.join()}, ','), ${secret}, 0
    from generate_series(1, ${endpoints})`;
  await sql.end();
};
