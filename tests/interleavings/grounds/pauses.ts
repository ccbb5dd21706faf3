import type { Order } from '../../../core/order.ts';
import type { Probe } from '../../../core/pause.ts';
import { pipelineFor } from '../../../core/pipelines/index.ts';
import type { Lease } from '../../../core/queue.ts';
import { defined, unwrap } from '../../contracts/fixture.ts';
import { type Actor, count, done, ground, say, type Verb } from '../ground.ts';
import { erase } from './customerVerbs.ts';

const atMail = { pipeline: 'physical', step: 'notify_customer' } as const;
const laterMs = 120_000;

type Rows = {
  readonly faultId: string;
  readonly operatorId: string;
  /** Parked at the step, the oldest first. */
  readonly taskIds: readonly string[];
  readonly orderId: string;
  readonly orders: readonly Order[];
  /** A task that is tried although the pause holds its step. */
  readonly probe: Lease | null;
  readonly key: string;
};

/** Three tasks at the mail, parked because the server is down. */
const park = async ({ shop, store }: Actor): Promise<Rows> => {
  const product = await shop.createProduct({ stock: 9, type: 'physical' });
  const orders = await shop.placeOrders([product, product, product]);
  const taskIds = await shop.payAlone(orders);
  const faultId = shop.newId();
  const fault = { id: faultId, ...atMail, reason: 'down', probeAtMs: shop.now() };
  await unwrap(store.pauses.beginForFault(fault, shop.now()));
  await shop.claimTasks('physical');
  const [first] = orders;
  const ids = { operatorId: shop.newId(), key: shop.newId(), orderId: defined(first).id, orders };
  return { faultId, taskIds, probe: null, ...ids };
};

const claim: Verb<Rows> = {
  port: 'queue.claim',
  skips: true,
  run: async ({ shop, store }) =>
    say(
      store.queue.claim({
        pipeline: pipelineFor('physical'),
        limit: 10,
        nowMs: shop.now() + laterMs,
        leaseMs: 30_000,
        retryAtMs: () => shop.now() + 1_000,
      }),
      ({ processed }) => count(processed),
    ),
};

const sendProbes: Verb<Rows> = {
  port: 'pauses.sendProbes',
  skips: true,
  run: async ({ shop, store }) => say(store.pauses.sendProbes(shop.now() + laterMs), count),
};

const resume: Verb<Rows> = {
  port: 'pauses.resume',
  skips: true,
  run: async ({ store }) => say(store.pauses.resume(100), count),
};

const begin = (isOnce: boolean): Verb<Rows> => ({
  port: isOnce ? 'pauses.beginOnce' : 'pauses.begin',
  run: async ({ shop, store }, { key }) => {
    const pause = { id: shop.newId(), ...atMail, reason: 'a move' };
    const commandKey = { callerId: 'op', route: 'POST /queue/pauses', key, fingerprint: 'one' };
    return isOnce
      ? say(store.pauses.beginOnce({ ...pause, commandKey }, shop.now()), done)
      : say(store.pauses.begin(pause, shop.now()), done);
  },
});

const end: Verb<Rows> = {
  port: 'pauses.end',
  run: async ({ shop, store }, { faultId }) => say(store.pauses.end(faultId, shop.now()), String),
};

const beginForFault: Verb<Rows> = {
  port: 'pauses.beginForFault',
  run: async ({ shop, store }) => {
    const fault = { id: shop.newId(), ...atMail, reason: 'down again', probeAtMs: shop.now() };
    return say(store.pauses.beginForFault(fault, shop.now()), String);
  },
};

const skip: Verb<Rows> = {
  port: 'queue.skip',
  run: async ({ shop, store }, { taskIds }) => {
    const request = { taskIds: taskIds.slice(0, 1), reason: 'gone', step: null, services: [] };
    return say(store.queue.skip(request, shop.now()), count);
  },
};

const refund: Verb<Rows> = {
  port: 'refunds.request',
  run: async ({ shop, store }, { orderId, key }) =>
    say(store.refunds.request(shop.refundCommand(orderId, { key }), shop.now()), ({ replayed }) =>
      replayed ? 'replayed' : 'requested',
    ),
};

const finishProbe = (isOver: boolean): Verb<Rows> => ({
  port: 'pauses.finishProbe',
  run: async ({ shop, store }, { probe }) => {
    const { taskId, probe: own } = defined(probe);
    const outcome = isOver
      ? ({ kind: 'over' } as const)
      : ({ kind: 'unavailable', reason: 'still down', probeAtMs: shop.now() + 2_000 } as const);
    return say(store.pauses.finishProbe({ ...defined<Probe>(own), taskId }, outcome), (ended) =>
      ended === null ? 'goes on' : `ended with ${ended.waited}`,
    );
  },
});

const report = (isDone: boolean): Verb<Rows> => ({
  port: 'queue.report',
  run: async ({ shop, store }, { probe }) => {
    const { taskId, lease } = defined(probe);
    const outcome = isDone
      ? ({ kind: 'done', detail: null } as const)
      : ({ kind: 'unavailable', error: 'down', retryAfterMs: null } as const);
    return say(store.queue.report([{ taskId, lease, outcome }], shop.now()), count);
  },
});

export const parkedGround = ground<Rows>({
  name: 'parked tasks',
  build: park,
  verbs: {
    'send the probes': sendProbes,
    'resume what is free': resume,
    'pause the step': begin(false),
    'pause the step once': begin(true),
    'end the pause': end,
    'pause for a fault': beginForFault,
    'claim the tasks': claim,
    'skip the step': skip,
    'refund the order': refund,
    'erase the customer': erase,
  },
});

export const probingGround = ground<Rows>({
  name: 'a probe under way',
  build: async (actor) => {
    const rows = await park(actor);
    await unwrap(actor.store.pauses.sendProbes(actor.shop.now()));
    const { leases } = await actor.shop.claimTasks('physical');
    return { ...rows, probe: defined(leases[0]) };
  },
  verbs: {
    'the probe is over': finishProbe(true),
    'the probe failed': finishProbe(false),
    'report the probe as done': report(true),
    'report an outage': report(false),
    'send the probes': sendProbes,
    'resume what is free': resume,
    'end the pause': end,
    'skip the step': skip,
    'erase the customer': erase,
  },
});
