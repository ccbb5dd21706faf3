import { eventTypes } from '../../../core/event.ts';
import type { Order } from '../../../core/order.ts';
import type { EventReport, LeasedEvent } from '../../../core/relay.ts';
import { defined, unwrap } from '../../contracts/fixture.ts';
import { type Actor, count, done, ground, say, type Verb } from '../ground.ts';

type Rows = {
  readonly order: Order;
  readonly subscriptionId: string;
  readonly run: readonly LeasedEvent[];
};

const topic = 'cartwright.orders';
/** The lease of the run has ended by then. */
const laterMs = 40_000;

/** A topic, whose first `limit` events one relay has leased as a run. One statement has made three. */
const build = async ({ shop, store }: Actor, limit: number): Promise<Rows> => {
  const subscriptionId = shop.newId();
  const own = { id: subscriptionId, kind: 'kafka', target: topic, types: eventTypes, secret: null } as const;
  await unwrap(store.subscriptions.create(own, shop.now()));
  const product = await shop.createProduct({ stock: 5 });
  const orders = await shop.placeOrders([product, product, product]);
  const query = { subscriptionId, limit, nowMs: shop.now(), leaseMs: 30_000 };
  const run = await unwrap(store.events.claimRun(query));
  const order = defined(orders.find(({ id }) => id === run[0]?.subject));
  return { order, subscriptionId, run };
};

const claim = (afterMs: number): Verb<Rows> => ({
  port: 'events.claimRun',
  run: async ({ shop, store }, { subscriptionId }) =>
    say(
      store.events.claimRun({ subscriptionId, limit: 10, nowMs: shop.now() + afterMs, leaseMs: 30_000 }),
      count,
    ),
});

const report = (outcome: EventReport['outcome']): Verb<Rows> => ({
  port: 'events.reportRun',
  run: async ({ shop, store }, { subscriptionId, run }) => {
    const failure = {
      failures: 1,
      failingSinceMs: shop.now(),
      retryAtMs: shop.now() + 1_000,
      pauseReason: null,
    };
    const reports = run.map((event): EventReport => ({ ...event, outcome }));
    const health = outcome.kind === 'failed' ? failure : null;
    return say(store.events.reportRun(subscriptionId, reports, health), count);
  },
});

const change = (isPaused: boolean): Verb<Rows> => ({
  port: 'subscriptions.change',
  run: async ({ shop, store }, { subscriptionId }) =>
    say(store.subscriptions.change({ id: subscriptionId, paused: isPaused }, shop.now()), (found) =>
      found === null ? 'none' : 'changed',
    ),
});

const end: Verb<Rows> = {
  port: 'subscriptions.end',
  run: async ({ shop, store }, { subscriptionId }) =>
    say(store.subscriptions.end(subscriptionId, shop.now()), done),
};

/** The topic as it is configured: each process does this at its start. */
const createAgain: Verb<Rows> = {
  port: 'subscriptions.create',
  run: async ({ shop, store }) => {
    const own = { id: shop.newId(), kind: 'kafka', target: topic, types: eventTypes, secret: null } as const;
    return say(store.subscriptions.create(own, shop.now()), done);
  },
};

const sendTest: Verb<Rows> = {
  port: 'events.sendTest',
  run: async ({ shop, store }, { subscriptionId }) =>
    say(store.events.sendTest(subscriptionId, shop.now()), done),
};

/** It looks at rows before batches, so it misses what a report takes out of a batch between the two. The next one finds it. */
const drop: Verb<Rows> = {
  port: 'events.drop',
  skips: true,
  run: async ({ shop, store }) =>
    say(store.events.drop(shop.now() + 25 * 3_600_000, 100), (dropped) =>
      count(dropped.reduce((sum, { events }) => sum + events, 0)),
    ),
};

const changeQuantity: Verb<Rows> = {
  port: 'orders.changeQuantity',
  run: async ({ shop, store }, { order: { id, customerId } }) =>
    say(store.orders.changeQuantity({ orderId: id, customerId, quantity: 2 }, shop.now()), done),
};

const verbs: Readonly<Record<string, Verb<Rows>>> = {
  'claim a run': claim(0),
  'claim a run when the lease has ended': claim(laterMs),
  'report the run as delivered': report({ kind: 'delivered' }),
  'report the run as failed': report({ kind: 'failed', dueAtMs: 9e12 }),
  'report the run as released': report({ kind: 'released' }),
  'pause the topic': change(true),
  'resume the topic': change(false),
  'end the topic': end,
  'create the topic again': createAgain,
  'send a test': sendTest,
  'drop what is old': drop,
  'change the quantity': changeQuantity,
};

const createRunGround = (name: string, limit: number, own: Readonly<Record<string, Verb<Rows>>>) =>
  ground<Rows>({
    ...{ name, verbs: own },
    build: (actor) => build(actor, limit),
    check: (_, { results }, names) =>
      names.filter((verb, index) => verb.startsWith('report ') && results[index] === String(limit)).length > 1
        ? ['two_reports_counted']
        : [],
  });

/** The batch is larger than the run, so its events have rows of their own. */
export const runGround = createRunGround('a run of a topic', 2, verbs);

/** The run is the whole batch. What nothing of a batch depends on is left to the other ground. */
export const batchGround = createRunGround(
  'a run of a batch',
  3,
  Object.fromEntries(
    Object.entries(verbs).filter(
      ([name]) => !['pause the topic', 'resume the topic', 'send a test'].includes(name),
    ),
  ),
);
