import { afterEach } from 'bun:test';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import type { Log } from '../../core/log.ts';
import type { Mail, Mailer, MailOutcome } from '../../core/mail.ts';
import type { OrderDetail } from '../../core/order.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import type { Lease, Task } from '../../core/queue.ts';
import { createRequestPriority, shareWithServer } from '../../core/requestPriority.ts';
import { noStepServices } from '../../core/stepService.ts';
import type { Store } from '../../core/store.ts';
import { createCheckOut } from '../../core/usecases/checkOut.ts';
import { startWorker, type Worker, type WorkerPorts, type WorkerSettings } from '../../worker/worker.ts';
import { createMemoryStore } from '../model/store.ts';
import { plainRenderer } from '../plainRenderer.ts';
import { createManualTimer, waitTurns } from '../timer.ts';
import { createTestWorld } from '../world.ts';

const settings: WorkerSettings = {
  pipelines: ['physical', 'digital', 'service', 'refund', 'provider_event', 'reconciliation'],
  claimers: 1,
  batchMax: 50,
  mailsMax: 5,
  leaseMs: 30_000,
  pollMs: 500,
  reconcileAfterMs: 15_000,
  shutdownMs: 10_000,
  mailDomain: 'cartwright.example',
};

const types = ['physical', 'digital', 'service'] as const;
type Type = (typeof types)[number];

/** A shop on the memory store. Its paid orders wait for workers. Time passes only in `advance`. */
export const createFixture = async () => {
  const world = createTestWorld();
  const store = createMemoryStore(world);
  const provider = createSandboxProvider(createMemoryRecords(), world);
  const drafts = types.map((type) => ({
    code: type,
    name: `Món ${type}`,
    type,
    price: { amount: 1000, currency: 'VND' },
    stock: null,
  }));
  (await store.products.upsert(drafts, world.clock.nowMs(), 'replace'))._unsafeUnwrap();
  const listed = await store.products.list({ search: null, type: null, after: null, limit: 100 });
  const productIds = new Map(listed._unsafeUnwrap().items.map(({ code, id }) => [code, id]));
  const checkOut = createCheckOut(
    { ...store, provider, world },
    { reconcileAfterMs: settings.reconcileAfterMs },
  );
  const workers: Worker[] = [];
  const nextId = () => world.ids.next(world.clock.nowMs());

  const placeOrders = async (bought: readonly Type[]): Promise<string[]> => {
    const requests = bought.map((type) => ({
      id: nextId(),
      customerId: 'ann',
      contact: { email: 'ann@example.com', language: null },
      productId: productIds.get(type) ?? '',
      quantity: 1,
      ttlMs: 86_400_000,
    }));
    const placed = await store.orders.place(requests, world.clock.nowMs());
    return placed._unsafeUnwrap().map((order) => order._unsafeUnwrap().id);
  };

  const payFor = async (orderIds: readonly string[], method: string): Promise<void> => {
    const command = { key: nextId(), customerId: 'ann', orderIds, method, requestId: 'test' };
    (await checkOut(command))._unsafeUnwrap();
  };

  return {
    world,
    store,
    provider,

    /** Places one order for each entry of `bought` and pays each in its own checkout. Returns their ids. */
    placePaidOrders: async (bought: readonly Type[], method = 'pm_card_visa'): Promise<string[]> => {
      const orderIds = await placeOrders(bought);
      for (const orderId of orderIds) await payFor([orderId], method);
      return orderIds;
    },

    /** As `placePaidOrders`, in one checkout. */
    placePaidCart: async (bought: readonly Type[]): Promise<string[]> => {
      const orderIds = await placeOrders(bought);
      await payFor(orderIds, 'pm_card_visa');
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
      const all = {
        ...{ state: null, pipeline: null, step: null, error: null, orderId: null },
        ...{ after: null, limit: 100 },
      };
      return (await store.queue.tasks({ ...all, nowMs: world.clock.nowMs() }))._unsafeUnwrap().items;
    },

    /** Claims as a worker of that pipeline does. */
    claimTasks: async (type: Type): Promise<readonly Lease[]> => {
      const { batchMax: limit, leaseMs } = settings;
      const query = { pipeline: pipelineFor(type), limit, leaseMs, nowMs: world.clock.nowMs() };
      return (await store.queue.claim({ ...query, retryAtMs: () => null }))._unsafeUnwrap().leases;
    },

    /** Starts a worker. Its `advance` moves the clock of the fixture, and fires the timers of this worker. */
    startWorker: (ports: Partial<WorkerPorts> = {}, changed: Partial<WorkerSettings> = {}) => {
      const timer = createManualTimer(world);
      const { log, logLines } = createTestLog();
      const worker = startWorker(
        {
          store,
          provider,
          mailer: store.mailbox,
          invoiceRenderer: plainRenderer,
          stepServices: noStepServices,
          eventTargets: [],
          log,
          mayClaim: () => true,
          priority: createRequestPriority(timer, shareWithServer),
          ...ports,
          world: { ...world, ...ports.world, timer },
        },
        { ...settings, ...changed },
      );
      workers.push(worker);
      return { ...worker, logLines, advance: timer.advance, alarms: timer.alarms };
    },

    /** Stops all workers, so that no loop runs on after its test. */
    close: async (): Promise<void> => {
      world.advance(settings.shutdownMs);
      for (const worker of workers) void worker.stop();
      await waitTurns(5);
    },
  };
};

export type Fixture = Awaited<ReturnType<typeof createFixture>>;

/** Creates a function that makes fixtures. They are closed after the test. */
export const createFixtureOpener = (): (() => Promise<Fixture>) => {
  const opened: Fixture[] = [];
  afterEach(async () => {
    for (const fixture of opened.splice(0)) await fixture.close();
  });
  return async () => {
    const fixture = await createFixture();
    opened.push(fixture);
    return fixture;
  };
};

export const haveStatus = async ({ statuses }: Fixture, orderIds: readonly string[], status: string) =>
  (await statuses(orderIds)).every((each) => each === status);

/** True if the mail about each order was reported: then its task is done. */
export const wereNotified = async ({ order }: Fixture, orderIds: readonly string[]) =>
  (await Promise.all(orderIds.map(order))).every(({ history }) =>
    history.some(({ state }) => state === 'customer_notified'),
  );

/** The store with some operations of its queue replaced. */
export const withQueue = (store: Store, queue: Partial<Store['queue']>): Store => ({
  ...store,
  queue: { ...store.queue, ...queue },
});

/** A mailer whose mails wait until the test accepts them. */
export const createManualMailer = () => {
  const waiting: { readonly mail: Mail; readonly finish: (outcome: MailOutcome) => void }[] = [];
  const sent: Mail[] = [];
  const send: Mailer['send'] = (mail) => {
    sent.push(mail);
    return new Promise((finish) => waiting.push({ mail, finish }));
  };
  return {
    send,
    /** All mails, accepted or not. */
    sent,
    waiting,
    accept: (count = waiting.length) => {
      for (const { finish } of waiting.splice(0, count)) finish({ kind: 'accepted' });
    },
  };
};

/** Waits until the condition holds. It counts turns of the event loop, not time. */
export const waitUntil = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (let turn = 0; turn < 10_000; turn++) {
    if (await condition()) return;
    await waitTurns(1);
  }
  throw new Error('the condition never became true');
};

type LogLine = {
  readonly level: keyof Log;
  readonly message: string;
  readonly facts: Record<string, unknown>;
};

export const createTestLog = () => {
  const logLines: LogLine[] = [];
  const writerOf =
    (level: keyof Log): Log['info'] =>
    (message, facts = {}) => {
      logLines.push({ level, message, facts });
    };
  const log: Log = {
    debug: writerOf('debug'),
    info: writerOf('info'),
    warn: writerOf('warn'),
    error: writerOf('error'),
  };
  return { log, logLines };
};
