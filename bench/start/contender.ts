import { startApp } from '../app.ts';
import { checkStatuses, createCartPlan } from '../checkout/fixture.ts';
import { runLoad } from '../load/run.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, Configuration, Contender, Sample } from '../row.ts';
import { groupByCheckout, type PlacedOrder } from '../shop.ts';
import { type OpenShop, type Shop, waitUntilDrained } from './shop.ts';

export type Load = {
  readonly connections: number;
  /** In checkouts. */
  readonly warmUp: number;
  readonly count: number;
  readonly perCheckout?: number;
};

type Options = Load & {
  readonly name: string;
  readonly role: 'all' | 'checkout';
  readonly receiver?: Receiver;
};

/** Hears of what the process does. */
export type Receiver = {
  /** Called before each round, with the URL of its database. Returns the settings of the process. */
  prepare(url: string): Promise<Configuration>;
  /** Called when the load is over and all orders are done. Returns what the receiver has measured since `fromMs`. */
  finish(url: string, fromMs: number): Promise<Sample>;
};

/**
 * `server/main.ts` over HTTP: with the role `all` until every order is completed, with its worker and captured mails;
 * with the role `checkout` until every order is paid.
 */
export const createStartContender = (bench: Bench, shop: Shop, options: Options): Contender => {
  const { name, role, connections, warmUp, count, perCheckout = 1, receiver } = options;
  return {
    name,
    configuration: { entry: 'server/main.ts', ROLE: role, connections, warmUp, count, perCheckout },
    round: async () => {
      const checkouts = groupByCheckout(shop.orders, perCheckout).slice(0, warmUp + count);
      const open = await shop.open();
      const app = await startApp(open.url, { ROLE: role, ...(await receiver?.prepare(open.url)) });
      const usage = createUsage(open, app.pid, count * perCheckout);
      const drain = async () => (role === 'all' ? waitUntilDrained(open) : undefined);
      const plan = await createCartPlan(checkouts, { connections, warmUp, port: app.port });
      let fromMs = 0;
      const load = await runLoad(bench.createFolder(), plan, async () => {
        await drain();
        await open.settle();
        await usage.begin();
        fromMs = Date.now();
      });
      const endMs = performance.now();
      const leftTasks = await open.countTasks();
      await drain();
      const drainSeconds = (performance.now() - endMs) / 1_000;
      const heard = await receiver?.finish(open.url, fromMs);
      const used = await usage.end();
      await app.stop();
      checkStatuses(load.statuses, checkouts.length);
      await check(open, shop, role, checkouts);
      await open.close();
      return {
        perSecond: (count * perCheckout) / load.seconds,
        p50Ms: load.p50Ms,
        p99Ms: load.p99Ms,
        ...used,
        ...heard,
        loadCpuUsEach: (load.cpuSeconds / (count * perCheckout)) * 1e6,
        ...(role === 'all' && {
          completedPerSecond: (count * perCheckout) / (load.seconds + drainSeconds),
          leftTasks,
          drainSeconds,
          drainShare: drainSeconds / load.seconds,
        }),
      };
    },
  };
};

/** CPU time and WAL for each order, from the end of the warm-up until all is done. */
const createUsage = (open: OpenShop, pid: number, orders: number) => {
  const read = async () => ({ ...(await open.readCounters()), own: cpuSeconds(pid) });
  let before: Awaited<ReturnType<typeof read>> | null = null;
  return {
    begin: async () => {
      before = await read();
    },
    end: async (): Promise<Sample> => {
      const after = await read();
      const { own = 0, cpuSeconds: database = 0, walBytes = 0 } = before ?? {};
      return {
        serverCpuUsEach: ((after.own - own) / orders) * 1e6,
        databaseCpuUsEach: ((after.cpuSeconds - database) / orders) * 1e6,
        walBytesEach: (after.walBytes - walBytes) / orders,
      };
    },
  };
};

/** Throws unless the database has exactly what the responses promised. */
const check = async (
  open: OpenShop,
  { history }: Shop,
  role: 'all' | 'checkout',
  checkouts: readonly (readonly PlacedOrder[])[],
): Promise<void> => {
  const orders = checkouts.reduce((sum, each) => sum + each.length, 0);
  const isAll = role === 'all';
  const groups = history + checkouts.length;
  const expected = {
    tasks: isAll ? 0 : checkouts.length,
    paid: isAll ? 0 : orders,
    completed: history + (isAll ? orders : 0),
    notified: history + (isAll ? orders : 0),
    payments: groups,
    invoices: isAll ? groups : history,
    // One task a group, and one mail.
    notices: isAll ? groups : history,
    mails: isAll ? groups : history,
  };
  const found = await open.countAll();
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
};
