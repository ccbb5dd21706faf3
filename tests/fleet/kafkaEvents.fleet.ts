import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { eventId, orderEvents } from '../../core/event.ts';
import { addProduct, type Client, createClient, type Reply, textAt, valueAt } from '../processes/client.ts';
import { createTestDatabase, type TestDatabase } from '../processes/postgres.ts';
import { type App, killAllApps, startApp } from '../processes/processes.ts';
import { freePort } from '../processes/server.ts';
import { tokenFor } from '../processes/tokens.ts';
import { type KafkaBroker, kafkaAvailable, startBroker } from './kafkaBroker.ts';
import { type ReadMessage, readTopic } from './kafkaReader.ts';

const ordersOfCheckout = 4;
/** Of the orders, each with a kill at least. */
const parts = 10;
const shoppers = 12;
/** Short, so that what a killed process held is taken up soon. */
const leaseMs = 3_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.if(kafkaAvailable())('The events of orders in Kafka', () => {
  let broker: KafkaBroker;
  let database: TestDatabase;
  let sql: postgres.Sql;
  let topic: string;
  beforeAll(async () => {
    broker = await startBroker();
  });
  afterEach(async () => {
    await killAllApps();
    await sql?.end();
    await database?.drop();
  });
  afterAll(() => broker?.kill());

  type Place = { readonly role: 'checkout' | 'worker'; readonly port: number; app: App };

  const openShop = async (name: string) => {
    database = await createTestDatabase();
    sql = postgres(database.url, { max: 2 });
    topic = `orders.${name}`;
    await broker.createTopic(topic, 6);
    const start = async (role: Place['role'], port: number): Promise<App> =>
      startApp({
        databaseUrl: database.url,
        role,
        port,
        env: {
          KAFKA_BROKERS: broker.address,
          KAFKA_TOPIC: topic,
          QUEUE_LEASE_MS: String(leaseMs),
          RECONCILE_AFTER_MS: '1000',
          LOG_LEVEL: 'warn',
        },
      });
    const open = async (role: Place['role']): Promise<Place> => {
      const port = await freePort();
      return { role, port, app: await start(role, port) };
    };
    const apis = [await open('checkout'), await open('checkout')];
    const workers = [await open('worker'), await open('worker')];
    const restart = async (place: Place): Promise<void> => {
      place.app.kill('SIGKILL');
      await place.app.stopped;
      place.app = await start(place.role, place.port);
    };
    const clientOf = async (email: string, role?: 'operator'): Promise<readonly Client[]> => {
      const token = await tokenFor(email, role);
      return apis.map(({ port }) => createClient(`http://127.0.0.1:${port}`, token));
    };
    const [operator] = await clientOf('op@shop.test', 'operator');
    if (operator === undefined) throw new Error('there is no API');
    return { apis, workers, restart, clientOf, productId: await addProductBlind(operator, name) };
  };

  /** A process with commands alone lists no products, so the id comes from the database. */
  const addProductBlind = async (operator: Client, code: string): Promise<string> => {
    await addProduct(operator, { code }).catch(() => {});
    const [row] = await sql<{ id: string }[]>`select id from product where code = ${code}`;
    if (row === undefined) throw new Error('the product was not added');
    return row.id;
  };

  /** Repeats a command under its key, at one API and then the other, until it is answered. */
  const persist = async (
    clients: readonly Client[],
    call: (client: Client) => Promise<Reply>,
    status: number,
  ): Promise<Reply> => {
    const untilMs = Date.now() + 180_000;
    for (let turn = 0; Date.now() < untilMs; turn++) {
      const client = clients[turn % clients.length];
      const reply = client === undefined ? null : await call(client).catch(() => null);
      if (reply?.status === status && valueAt(reply.body, 'status') !== 'unknown') return reply;
      await pause(50);
    }
    throw new Error('a command was not answered');
  };

  const shop = async ({ clientOf, productId }: Awaited<ReturnType<typeof openShop>>, orders: number) => {
    let left = orders / ordersOfCheckout;
    const buy = async (index: number): Promise<void> => {
      const clients = await clientOf(`customer-${index}@shop.test`);
      while (left > 0) {
        left--;
        const ids: string[] = [];
        for (let count = 0; count < ordersOfCheckout; count++) {
          const key = { 'idempotency-key': crypto.randomUUID() };
          const order = { productId, quantity: 1 };
          ids.push(textAt(await persist(clients, (client) => client.post('/orders', order, key), 201), 'id'));
        }
        const key = crypto.randomUUID();
        await persist(clients, (client) => client.checkOut(key, ids, 'pm_card_visa'), 202);
      }
    };
    await Promise.all(Array.from({ length: shoppers }, (_, index) => buy(index)));
  };

  /** Waits until every order is completed and notified, and every event is sent. */
  const settle = async (orders: number): Promise<void> => {
    const untilMs = Date.now() + 180_000;
    for (;;) {
      const [row] = await sql<{ done: number; waiting: number }[]>`
        select (select count(*)::integer from order_state where state = 'customer_notified') as done,
          (select count(*)::integer from event) + (select count(*)::integer from event_batch) as waiting`;
      if (row?.done === orders && row.waiting === 0) return;
      if (Date.now() > untilMs) throw new Error(`not settled: ${JSON.stringify(row)}`);
      await pause(200);
    }
  };

  /** The ids of all events that the histories tell of, by the rules of core. */
  const expectedIds = async (): Promise<ReadonlySet<string>> => {
    const rows = await sql<{ order_id: string; seq: number; state: string; at_ms: string }[]>`
      select order_id, seq, state, at_ms from order_state`;
    const ofOrders = rows.flatMap(({ order_id: id, seq, state, at_ms }) =>
      orderEvents(id, { seq, state, atMs: Number(at_ms) }),
    );
    const paid = await sql<{ subject: string; attempt: number; at_ms: string }[]>`
      select distinct p.id as subject, p.attempt, s.at_ms
      from payment p join orders o on o.checkout_id = p.id join order_state s on s.order_id = o.id
      where s.state = 'paid'`;
    const ofCheckouts = paid.map(({ subject, attempt, at_ms }) => ({
      ...{ subject, sequence: attempt * 4, atMs: Number(at_ms) },
    }));
    return new Set([...ofOrders, ...ofCheckouts].map(eventId));
  };

  type Heard = { readonly id: string; readonly subject: string; readonly sequence: number };

  /** What a reader hears that leaves out repeats by their id. */
  const withoutRepeats = (messages: readonly ReadMessage[]): readonly Heard[] => {
    const seen = new Set<string>();
    return messages.flatMap(({ key, value }) => {
      const event: Heard = JSON.parse(value);
      expect(event.subject).toBe(key);
      if (seen.has(event.id)) return [];
      seen.add(event.id);
      return event;
    });
  };

  /** Checks that nothing is lost or made up, and that each subject is heard in its order. Returns how many repeats came. */
  const check = async (): Promise<number> => {
    const messages = await readTopic(broker.address, topic);
    const partitionOf = new Map<string, number>();
    for (const { key, partition } of messages) {
      expect(partitionOf.get(key) ?? partition).toBe(partition);
      partitionOf.set(key, partition);
    }
    const heard = withoutRepeats(messages);
    const expected = await expectedIds();
    const ids = new Set(heard.map(({ id }) => id));
    expect([...expected].filter((id) => !ids.has(id))).toEqual([]);
    const last = new Map<string, number>();
    const disordered = heard.filter(({ subject, sequence }) => {
      const isLater = sequence > (last.get(subject) ?? 0);
      last.set(subject, sequence);
      return !isLater;
    });
    expect(disordered).toEqual([]);
    // A checkout that was released and paid later has one more event for each release.
    expect(ids.size).toBeGreaterThanOrEqual(expected.size);
    return messages.length - heard.length;
  };

  test('None of 2,000 orders are lost or out of order, though broker, workers and APIs are killed', async () => {
    const orders = Number(process.env.FLEET_ORDERS ?? 2_000);
    const fleet = await openShop('kills');
    let over = false;
    let kills = 0;
    const harm = async (): Promise<void> => {
      const [api, other] = fleet.apis;
      const [worker, second] = fleet.workers;
      for (let turn = 0; !over; turn++) {
        await pause(700);
        const places = [worker, api, null, second, other, null];
        const place = places[turn % places.length];
        if (place === null) {
          await broker.kill();
          await pause(500);
          await broker.start();
        } else if (place !== undefined) await fleet.restart(place);
        kills++;
      }
    };
    const harmed = harm();
    // In parts, so that each kind of process is killed while something is under way.
    for (let part = 1; part <= parts; part++) {
      await shop(fleet, orders / parts);
      while (kills < part) await pause(20);
    }
    over = true;
    await harmed;
    await settle(orders);
    const repeats = await check();
    console.log(`killed ${kills} times; ${repeats} events came twice`);
    expect(kills).toBeGreaterThanOrEqual(parts);
  });

  test('A worker that is frozen past its lease, and goes on, puts nothing out of order', async () => {
    const orders = 400;
    const fleet = await openShop('frozen');
    let over = false;
    const freeze = async (): Promise<void> => {
      for (let turn = 0; !over; turn++) {
        const place = fleet.workers[turn % fleet.workers.length];
        await pause(400);
        place?.app.kill('SIGSTOP');
        // The other worker takes over what it held, and goes on.
        await pause(leaseMs + 1_000);
        place?.app.kill('SIGCONT');
      }
    };
    const frozen = freeze();
    // Slowly, so that there is something to send at each turn.
    for (let part = 0; part < 5; part++) {
      await shop(fleet, orders / 5);
      await pause(leaseMs);
    }
    over = true;
    await frozen;
    await settle(orders);
    await check();
  });
});
