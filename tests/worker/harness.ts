import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import type { Log } from '../../core/log.ts';
import type { Mail, Mailer, MailOutcome } from '../../core/mail.ts';
import type { OrderDetail } from '../../core/order.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import type { Lease, Task } from '../../core/queue.ts';
import type { Store } from '../../core/store.ts';
import { createCheckOut } from '../../core/usecases/checkOut.ts';
import { startWorker, type Worker, type WorkerPorts, type WorkerSettings } from '../../worker/worker.ts';
import { createMemoryStore } from '../model/store.ts';
import { manualTimer, turns } from '../timer.ts';
import { testWorld } from '../world.ts';

const settings: WorkerSettings = {
  pipelines: ['physical', 'digital', 'service', 'refund', 'provider_event', 'money_audit'],
  claimers: 1,
  batchMax: 50,
  mailsMax: 5,
  leaseMs: 30_000,
  pollMs: 500,
  reconcileAfterMs: 15_000,
  onUnfulfillable: 'hold',
  shutdownMs: 10_000,
  mailDomain: 'cartwright.example',
};

/** A shop over the memory store, whose paid orders wait for workers. Time passes only where a test says so. */
export const workplace = async () => {
  const world = testWorld();
  const store = createMemoryStore(world);
  const provider = createSandboxProvider(createMemoryRecords(), world);
  const types = ['physical', 'digital', 'service'] as const;
  const drafts = types.map((type) => ({
    code: type,
    name: `Món ${type}`,
    type,
    price: { amount: 1000, currency: 'VND' },
    stock: null,
  }));
  (await store.products.upsert(drafts, world.clock.nowMs(), 'replace'))._unsafeUnwrap();
  const listed = await store.products.list({ search: null, type: null, after: null, limit: 100 });
  const products = new Map(listed._unsafeUnwrap().items.map(({ code, id }) => [code, id]));
  const pay = createCheckOut({ ...store, provider, world }, { reconcileAfterMs: settings.reconcileAfterMs });
  const workers: Worker[] = [];
  const id = () => world.ids.next(world.clock.nowMs());

  return {
    world,
    store,
    provider,

    /** Orders one of each type, and pays. Answers the orders' ids. */
    sell: async (bought: readonly (typeof types)[number][], method = 'pm_card_visa'): Promise<string[]> => {
      const requests = bought.map((type) => ({
        id: id(),
        customerId: 'ann',
        contact: { email: 'ann@example.com', language: null },
        productId: products.get(type) ?? '',
        quantity: 1,
      }));
      const placed = await store.orders.place(requests, world.clock.nowMs());
      const orderIds = placed._unsafeUnwrap().map((each) => each._unsafeUnwrap().id);
      (await pay({ key: id(), customerId: 'ann', orderIds, method, requestId: 'test' }))._unsafeUnwrap();
      return orderIds;
    },

    order: async (orderId: string): Promise<OrderDetail> => {
      const order = (await store.orders.find(orderId))._unsafeUnwrap();
      if (order === null) throw new Error(`there is no order ${orderId}`);
      return order;
    },

    statuses: async (orderIds: readonly string[]): Promise<(string | undefined)[]> => {
      const found = await Promise.all(orderIds.map((orderId) => store.orders.find(orderId)));
      return found.map((order) => order._unsafeUnwrap()?.status);
    },

    tasks: async (): Promise<readonly Task[]> => {
      const all = { state: null, pipeline: null, orderId: null, after: null, limit: 100 };
      return (await store.queue.tasks({ ...all, nowMs: world.clock.nowMs() }))._unsafeUnwrap().items;
    },

    /** What a worker of that pipeline would be given now. */
    taken: async (type: (typeof types)[number]): Promise<readonly Lease[]> => {
      const { batchMax: limit, leaseMs } = settings;
      const query = { pipeline: pipelineFor(type), limit, leaseMs, nowMs: world.clock.nowMs() };
      return (await store.queue.claim({ ...query, retryAtMs: () => null }))._unsafeUnwrap().leases;
    },

    /** Starts a worker. Its `advance` lets time pass for everybody, and for this worker's timers. */
    work: (ports: Partial<WorkerPorts> = {}, changed: Partial<WorkerSettings> = {}) => {
      const timer = manualTimer(world);
      const { log, said } = testLog();
      const worker = startWorker(
        { store, provider, mailer: store.mailbox, log, ...ports, world: { ...world, ...ports.world, timer } },
        { ...settings, ...changed },
      );
      workers.push(worker);
      return { ...worker, said, advance: timer.advance, alarms: timer.alarms };
    },

    /** So that no loop goes on after its test. */
    close: async (): Promise<void> => {
      world.advance(settings.shutdownMs);
      for (const worker of workers) void worker.stop();
      await turns(5);
    },
  };
};

/** The store with some of its queue's verbs replaced. */
export const withQueue = (store: Store, queue: Partial<Store['queue']>): Store => ({
  ...store,
  queue: { ...store.queue, ...queue },
});

/** A mail server that takes its time: each mail waits until it is let through. */
export const slowMailer = () => {
  const waiting: { readonly mail: Mail; readonly answer: (outcome: MailOutcome) => void }[] = [];
  const sent: Mail[] = [];
  const mailer: Mailer = {
    send: (mail) => {
      sent.push(mail);
      return new Promise((answer) => waiting.push({ mail, answer }));
    },
  };
  return {
    mailer,
    /** All that it was ever given. */
    sent,
    waiting,
    letThrough: (count = waiting.length) => {
      for (const { answer } of waiting.splice(0, count)) answer({ kind: 'accepted' });
    },
  };
};

/** Waits, by turns of the event loop and not by time, until it is so. */
export const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (let turn = 0; turn < 10_000; turn++) {
    if (await isSo()) return;
    await turns(1);
  }
  throw new Error('it never came to pass');
};

type Said = { readonly level: keyof Log; readonly message: string; readonly facts: Record<string, unknown> };

export const testLog = () => {
  const said: Said[] = [];
  const at =
    (level: keyof Log): Log['info'] =>
    (message, facts = {}) => {
      said.push({ level, message, facts });
    };
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { log, said };
};
