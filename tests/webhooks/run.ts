import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import { eventId, eventTypes, orderEvents } from '../../core/event.ts';
import type { Store } from '../../core/store.ts';
import { createCheckOut } from '../../core/usecases/checkOut.ts';
import type { World } from '../../core/world.ts';
import { openStore } from '../../server/wiring.ts';
import { createFastWorld } from './fastWorld.ts';
import { startReceiver } from './receivers.ts';
import { secretOf } from './sending.ts';

export type RunReport = {
  readonly orders: number;
  /** Events that the histories tell of. */
  readonly owed: number;
  readonly heard: number;
  readonly missing: number;
  /** Heard, but owed by nobody. */
  readonly unknown: number;
  /** Orders whose events were first heard in another order than theirs. */
  readonly disordered: number;
  /** Requests that the official library refused. */
  readonly unverified: number;
  readonly requests: number;
  /** Requests that the receiver refused. */
  readonly refused: number;
  readonly kills: number;
  readonly seconds: number;
};

const types = eventTypes.filter((type) => type.startsWith('order.'));
/** `placed`, `paid`, `completed` and three steps. */
const eventsOfOrder = 6;
const ordersOfCheckout = 4;

/**
 * Pays for orders, and lets two workers tell a receiver of them that refuses half of the requests. Each second one of the
 * workers is killed. Events are heard at least once, verified, and in order for each order. A receiver beside it never
 * answers.
 */
export const runWebhooks = async (databaseUrl: string, events: number): Promise<RunReport> => {
  const startMs = Date.now();
  const world = createFastWorld(startMs);
  const store = await openStore(world, { databaseUrl, databasePooling: 'session', databasePoolSize: 4 });
  const ear = await startEar();
  const slow = await startReceiver(() => {});
  const subscribe = async (url: string) => {
    const id = world.ids.next(world.clock.nowMs());
    const command = { id, kind: 'webhook', target: url, types, secret } as const;
    (await store.subscriptions.create(command, world.clock.nowMs()))._unsafeUnwrap();
    return id;
  };
  const id = await subscribe(`http://127.0.0.1:${ear.port}/`);
  const slowId = await subscribe(`http://127.0.0.1:${slow.port}/`);
  const orderIds = await buy(store, world, Math.ceil(events / eventsOfOrder));
  const workers = startWorkers(databaseUrl, startMs, () => ear.received.length);
  try {
    await untilAllIsHeard(store, world, id);
    const backlog = (await store.events.backlog())._unsafeUnwrap();
    if (backlog.find(({ subscription }) => subscription.id === slowId)?.events === 0)
      throw new Error('the slow receiver has heard all, so it held up nobody');
  } finally {
    await workers.stop();
    await ear.stop();
    await slow.stop();
  }
  const report = await compare(store, orderIds, ear);
  await store.close();
  const seconds = Math.round((Date.now() - startMs) / 1_000);
  return { ...report, kills: workers.kills(), seconds };
};

const secret = secretOf(7);

type Heard = { readonly id: string; readonly subject: string };

/** A receiver that refuses half of the requests, after it has verified them. */
const startEar = async () => {
  const webhook = new Webhook(secret);
  const heard: Heard[] = [];
  let [unverified, refused] = [0, 0];
  const receiver = await startReceiver((response, { body, headers }) => {
    // The clock of the sender is fast, and the library refuses what is from another time: so only the bytes are compared.
    const at = Number(headers['webhook-timestamp']);
    const expected = webhook.sign(String(headers['webhook-id']), new Date(at * 1_000), body);
    if (headers['webhook-signature'] !== expected) unverified++;
    if (Math.random() < 0.5) {
      refused++;
      response.writeHead(503).end();
      return;
    }
    const { id, subject } = JSON.parse(body);
    heard.push({ id, subject });
    response.writeHead(204).end();
  });
  return { ...receiver, heard, unverified: () => unverified, refused: () => refused };
};

const buy = async (store: Store, world: World, count: number): Promise<readonly string[]> => {
  const nowMs = world.clock.nowMs();
  const price = { amount: 1_000, currency: 'VND' };
  const draft = { code: 'run', name: 'Áo thun', type: 'physical', price, stock: null };
  (await store.products.upsert([draft], nowMs, 'replace'))._unsafeUnwrap();
  const listed = await store.products.list({ search: null, type: null, after: null, limit: 1 });
  const productId = listed._unsafeUnwrap().items[0]?.id ?? '';
  const provider = createSandboxProvider(createMemoryRecords(), world);
  const checkOut = createCheckOut({ ...store, provider, world }, { reconcileAfterMs: 3_600_000 });
  const contact = { email: 'lan@shop.example', language: null };
  const bought: string[] = [];
  while (bought.length < count) {
    const requests = Array.from({ length: ordersOfCheckout }, () => ({
      id: world.ids.next(world.clock.nowMs()),
      ...{ customerId: 'lan', contact, productId, quantity: 1, ttlMs: 30 * 24 * 3_600_000 },
    }));
    const placed = (await store.orders.place(requests, world.clock.nowMs()))._unsafeUnwrap();
    const orderIds = placed.map((order) => order._unsafeUnwrap().id);
    const key = crypto.randomUUID();
    const command = { key, customerId: 'lan', orderIds, method: 'pm_card_visa', requestId: 'run' };
    (await checkOut(command))._unsafeUnwrap();
    bought.push(...orderIds);
  }
  return bought;
};

const program = fileURLToPath(new URL('./worker.ts', import.meta.url));

/**
 * Two workers. Each second one of them is killed, in turn, and another one starts in its place. On a busy machine a
 * worker may need longer than that to start: nobody is killed in a second in which nothing was received.
 */
const startWorkers = (databaseUrl: string, startMs: number, received: () => number) => {
  const start = (): ChildProcess =>
    spawn(process.execPath, [program, databaseUrl, String(startMs)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const running = [start(), start()];
  let kills = 0;
  const end = async (child: ChildProcess | undefined): Promise<void> => {
    if (child === undefined || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  let receivedBefore = 0;
  const killing = setInterval(() => {
    if (received() === receivedBefore) return;
    receivedBefore = received();
    const victim = running.shift();
    running.push(start());
    kills++;
    void end(victim);
  }, 1_000);
  return {
    kills: () => kills,
    stop: async () => {
      clearInterval(killing);
      await Promise.all(running.map(end));
    },
  };
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Two minutes in which nothing is heard are a hang, and not a slow machine. */
const hangMs = 120_000;

/** A task whose workers were killed five times waits for an operator, who knows that it is not to blame. */
const retryFailed = async ({ queue }: Store, nowMs: number): Promise<void> => {
  const all = { pipeline: null, step: null, error: null, orderId: null, after: null, limit: 100, nowMs };
  const { items } = (await queue.tasks({ ...all, state: 'failed' }))._unsafeUnwrap();
  await queue.retry(
    items.map(({ id }) => id),
    nowMs,
  );
};

/** As an operator who does not want to wait for hours, lets the endpoint and failed tasks go on every second. */
const untilAllIsHeard = async (store: Store, world: World, id: string): Promise<void> => {
  let hang = { atMs: Date.now() + hangMs, waiting: Number.NaN };
  for (;;) {
    await pause(1_000);
    await store.subscriptions.change({ id, paused: false }, world.clock.nowMs());
    await retryFailed(store, world.clock.nowMs());
    const backlog = (await store.events.backlog())._unsafeUnwrap();
    const waiting = backlog.find(({ subscription }) => subscription.id === id)?.events;
    if (waiting === 0 && (await store.queue.stats(world.clock.nowMs()))._unsafeUnwrap().counts.length === 0)
      return;
    if (waiting !== hang.waiting) hang = { atMs: Date.now() + hangMs, waiting: waiting ?? 0 };
    if (Date.now() > hang.atMs) throw new Error(`nobody hears the last ${waiting} events`);
  }
};

const compare = async (
  store: Store,
  orderIds: readonly string[],
  { heard, received, unverified, refused }: Awaited<ReturnType<typeof startEar>>,
): Promise<Omit<RunReport, 'kills' | 'seconds'>> => {
  const firsts = new Map<string, string[]>();
  for (const { id, subject } of heard) {
    const known = firsts.get(subject) ?? [];
    if (!known.includes(id)) firsts.set(subject, [...known, id]);
  }
  let [owed, missing, unknown, disordered] = [0, 0, 0, 0];
  for (const orderId of orderIds) {
    const order = (await store.orders.find(orderId))._unsafeUnwrap();
    const ids = (order?.history ?? [])
      .flatMap((row) => orderEvents(orderId, row))
      .map((event) => eventId(event));
    const first = firsts.get(orderId) ?? [];
    owed += ids.length;
    missing += ids.filter((id) => !first.includes(id)).length;
    unknown += first.filter((id) => !ids.includes(id)).length;
    if (first.join() !== ids.filter((id) => first.includes(id)).join()) disordered++;
    firsts.delete(orderId);
  }
  for (const ids of firsts.values()) unknown += ids.length;
  return {
    orders: orderIds.length,
    ...{ owed, missing, unknown, disordered },
    heard: heard.length,
    unverified: unverified(),
    requests: received.length,
    refused: refused(),
  };
};
