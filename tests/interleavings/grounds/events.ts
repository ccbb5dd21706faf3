import { eventTypes } from '../../../core/event.ts';
import type { Order } from '../../../core/order.ts';
import type { EventReport, LeasedEvent } from '../../../core/relay.ts';
import { defined, ttlMs, unwrap } from '../../contracts/fixture.ts';
import type { Run } from '../engine/schedule.ts';
import { type Actor, count, done, ground, say, type Verb } from '../ground.ts';
import type { Snapshot } from '../snapshot.ts';

type Rows = {
  readonly order: Order;
  readonly subscriptionId: string;
  readonly leased: LeasedEvent;
  readonly deliveryId: string;
  readonly newId: string;
  readonly key: string;
  readonly productId: string;
};

const build = async ({ shop, store }: Actor): Promise<Rows> => {
  const subscriptionId = shop.newId();
  const target = 'https://shop.example/hooks';
  const own = { id: subscriptionId, kind: 'webhook', target, types: eventTypes, secret: 'whsec_1' } as const;
  await unwrap(store.subscriptions.create(own, shop.now()));
  const product = await shop.createProduct({ stock: 5 });
  const orders = await shop.placeOrders([product, product, product]);
  const claim = (limit: number) =>
    unwrap(store.events.claim({ subscriptionId, limit, nowMs: shop.now(), leaseMs: 30_000 }));
  const [delivered] = await claim(1);
  const attempt = { atMs: shop.now(), responseStatus: 200, error: null, body: defined(delivered).body };
  const outcome = { kind: 'delivered' } as const;
  await unwrap(store.events.report(subscriptionId, [{ ...defined(delivered), outcome, attempt }], null));
  const [leased] = await claim(1);
  const order = defined(orders.find(({ id }) => id === leased?.subject));
  const ids = { newId: shop.newId(), key: shop.newId(), deliveryId: defined(delivered).id };
  return { order, subscriptionId, leased: defined(leased), productId: product.id, ...ids };
};

const claimEvents: Verb<Rows> = {
  port: 'events.claim',
  skips: true,
  run: async ({ shop, store }, { subscriptionId }) =>
    say(
      store.events.claim({ subscriptionId, limit: 10, nowMs: shop.now() + 40_000, leaseMs: 30_000 }),
      count,
    ),
};

const report = (outcome: EventReport['outcome']): Verb<Rows> => ({
  port: 'events.report',
  run: async ({ shop, store }, { subscriptionId, leased }) => {
    const attempt = { atMs: shop.now(), responseStatus: 200, error: null, body: leased.body };
    return say(
      store.events.report(subscriptionId, [{ ...leased, outcome, attempt }], {
        ...{ failures: 1, failingSinceMs: shop.now(), retryAtMs: shop.now() + 1_000, pauseReason: null },
      }),
      count,
    );
  },
});

const create = (kind: 'webhook' | 'kafka'): Verb<Rows> =>
  ({
    port: 'subscriptions.create',
    repeats: kind === 'kafka' ? undefined : false,
    run: async ({ shop, store }) => {
      const target = kind === 'kafka' ? 'cartwright.orders' : 'https://new.example/hooks';
      const own = { id: shop.newId(), kind, target, types: eventTypes, secret: null };
      return say(store.subscriptions.create(own, shop.now()), done);
    },
  }) as Verb<Rows>;

const createOnce: Verb<Rows> = {
  port: 'subscriptions.createOnce',
  run: async ({ shop, store }, { key }) => {
    const target = 'https://once.example/hooks';
    const own = { id: shop.newId(), kind: 'webhook', target, types: eventTypes, secret: 'whsec_2' } as const;
    const commandKey = { callerId: 'op', route: 'POST /webhook-endpoints', key, fingerprint: 'one' };
    return say(store.subscriptions.createOnce({ ...own, commandKey }, shop.now()), done);
  },
};

const change = (isPaused: boolean): Verb<Rows> => ({
  port: 'subscriptions.change',
  run: async ({ shop, store }, { subscriptionId }) => {
    const wanted = isPaused ? { paused: true } : { paused: false, types: ['order.paid' as const] };
    return say(store.subscriptions.change({ id: subscriptionId, ...wanted }, shop.now()), (found) =>
      found === null ? 'none' : 'changed',
    );
  },
});

const end: Verb<Rows> = {
  port: 'subscriptions.end',
  run: async ({ shop, store }, { subscriptionId }) =>
    say(store.subscriptions.end(subscriptionId, shop.now()), done),
};

const sendTest: Verb<Rows> = {
  port: 'events.sendTest',
  run: async ({ shop, store }, { subscriptionId }) =>
    say(store.events.sendTest(subscriptionId, shop.now()), done),
};

const drop: Verb<Rows> = {
  port: 'events.drop',
  run: async ({ shop, store }) =>
    say(store.events.drop(shop.now() + 25 * 3_600_000, 100), (dropped) =>
      count(dropped.reduce((sum, { events }) => sum + events, 0)),
    ),
};

const dropDeliveries: Verb<Rows> = {
  port: 'deliveries.drop',
  run: async ({ shop, store }) => say(store.deliveries.drop(shop.now() + 25 * 3_600_000, 100), count),
};

const changeSecret: Verb<Rows> = {
  port: 'subscriptions.change',
  run: async ({ shop, store }, { subscriptionId }) =>
    say(store.subscriptions.change({ id: subscriptionId, secret: 'whsec_9' }, shop.now()), (found) =>
      found === null ? 'none' : 'changed',
    ),
};

const resend: Verb<Rows> = {
  port: 'deliveries.resend',
  run: async ({ shop, store }, { subscriptionId, deliveryId }) =>
    say(store.deliveries.resend({ subscriptionId, id: deliveryId }, shop.now()), String),
};

const changeQuantity: Verb<Rows> = {
  port: 'orders.changeQuantity',
  run: async ({ shop, store }, { order: { id, customerId } }) =>
    say(store.orders.changeQuantity({ orderId: id, customerId, quantity: 2 }, shop.now()), done),
};

const placeOnce: Verb<Rows> = {
  port: 'orders.placeOnce',
  run: async ({ shop, store }, { productId, key }) => {
    const commandKey = { callerId: 'c', route: 'POST /orders', key, fingerprint: 'one' };
    const contact = { email: 'a@example.com', language: 'vi' } as const;
    const request = { id: shop.newId(), productId, quantity: 1, customerId: 'c', ttlMs, contact };
    return say(store.orders.placeOnce([{ ...request, commandKey }], shop.now()), ([placed]) =>
      placed?.isOk() ? (placed.value.replayed ? 'replayed' : 'placed') : 'refused',
    );
  },
};

const appenders: Readonly<Record<string, string>> = {
  'change the quantity': 'order.step',
  'place once': 'order.placed',
};

/** A subscription hears what commits after it was made. */
const hearsWhatCommitsLater = (
  { subscriptions, events }: Snapshot,
  { steps, results }: Run<string>,
  verbs: readonly string[],
  { subscriptionId }: Rows,
): readonly string[] =>
  verbs.flatMap((creating, creator) =>
    verbs.flatMap((appending, appender) => {
      const type = appenders[appending];
      if (!creating.startsWith('create ') || type === undefined || results[appender] === 'replayed')
        return [];
      const lastOf = (session: number) => steps.findLastIndex((step) => step.session === session);
      if (lastOf(creator) > lastOf(appender)) return [];
      return subscriptions
        .filter(({ id }) => id !== subscriptionId)
        .filter(({ id }) => !events.some((event) => event.subscription_id === id && event.type === type))
        .map(() => `event_not_heard ${type}`);
    }),
  );

export const subscribedGround = ground<Rows>({
  name: 'events of a subscription',
  build,
  verbs: {
    'claim the events': claimEvents,
    'report it as delivered': report({ kind: 'delivered' }),
    'report it as failed': report({ kind: 'failed', dueAtMs: 9e12 }),
    'create a webhook': create('webhook'),
    'create a webhook once': createOnce,
    'create Kafka': create('kafka'),
    'pause the subscription': change(true),
    'change its types': change(false),
    'end the subscription': end,
    'send a test': sendTest,
    'drop what is old': drop,
    'drop old deliveries': dropDeliveries,
    'change its secret': changeSecret,
    'resend a delivery': resend,
    'change the quantity': changeQuantity,
    'place once': placeOnce,
  },
  check: hearsWhatCommitsLater,
});
