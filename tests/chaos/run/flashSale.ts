import {
  type Client,
  createClient,
  expectStatus,
  placeOrder,
  type Reply,
  textAt,
  valueAt,
} from '../../processes/client.ts';
import { createSeededRandom, type SeededRandom } from '../../processes/random.ts';
import { tokenFor } from '../../processes/tokens.ts';
import { type Database, openDatabase } from './database.ts';
import { withoutLimits } from './limits.ts';
import { type ManagedProcess, startManagedProcess } from './managedProcess.ts';
import { createInProcessProvider } from './provider.ts';

export type FlashSaleOptions = {
  readonly databaseUrl: string;
  readonly units: number;
  readonly buyers: number;
  /** The requests that are sent at the same time. */
  readonly parallel: number;
  /** Kills an API process, and starts it again, when half of the units are taken. */
  readonly killsApi: boolean;
  /** Declines and lost responses among the charges. */
  readonly declines: boolean;
  readonly seed: number;
};

/** What is true after the sale. */
export type FlashSaleResult = {
  /** Buyers who heard that they have paid. */
  readonly bought: number;
  /** Buyers who heard that nothing is left. */
  readonly soldOut: number;
  /** Charges at the provider that succeeded and were not refunded. */
  readonly charged: number;
  readonly paidOrders: number;
  readonly stock: number;
  readonly delivered: number;
  /** The sum of what all orders hold. */
  readonly held: number;
  /** Orders whose units and status do not agree. */
  readonly wrongOrders: number;
  readonly unexpectedExits: readonly string[];
  readonly seconds: number;
};

/**
 * A product with few units and many buyers, who all pay at once, with declines and lost responses among them. A
 * buyer who gets `out_of_stock` or 402 comes back with a new key while units are left or reserved.
 */
export const runFlashSale = async (options: FlashSaleOptions): Promise<FlashSaleResult> => {
  const { databaseUrl, units, buyers, parallel } = options;
  const random = createSeededRandom(options.seed);
  const processes = await startShop(databaseUrl);
  const database = openDatabase(databaseUrl);
  try {
    const urls = processes.filter(({ kind }) => kind === 'api').map(({ url }) => url);
    const productId = await putOnSale(urls[0] ?? '', database, units);
    const waiting: Buyer[] = [];
    await runParallel(
      parallel,
      Array.from({ length: buyers }, (_, index) => index).values(),
      async (index) => {
        const token = await tokenFor(`buyer${index}@shop.test`);
        const ofBuyer = random.fork();
        const clients = urls.map((url) => createClient(url, token));
        const orderId = await placeOrder(clients[index % clients.length] ?? fail('no API'), productId);
        waiting.push({
          clients,
          orderId,
          method: () => (options.declines ? pickMethod(ofBuyer) : 'pm_card_visa'),
          random: ofBuyer,
        });
      },
    );

    const startedMs = performance.now();
    const sale = watchSale(database, productId);
    const killed = options.killsApi ? killInTheMiddle(processes, sale, units) : Promise.resolve();
    const ends = { bought: 0, soldOut: 0 };
    await runParallel(parallel, takeTurns(waiting), async (buyer) => {
      const end = await tryToBuy(buyer);
      if (end === 'bought') ends.bought++;
      else if (await sale.isOpen()) waiting.push(buyer);
      else ends.soldOut++;
    });
    const seconds = (performance.now() - startedMs) / 1_000;
    await killed;
    await waitUntilSettled(database);
    return {
      ...ends,
      ...(await readBooks(database, productId)),
      charged: await countCharges(databaseUrl),
      unexpectedExits: processes.flatMap(({ unexpectedExits }) => unexpectedExits),
      seconds,
    };
  } finally {
    await database.close();
    for (const one of processes) await one.stop();
  }
};

/** Two API processes and a worker on PostgreSQL; one process on a SQLite file. */
const startShop = async (databaseUrl: string): Promise<readonly ManagedProcess[]> => {
  const env = {
    LOG_LEVEL: 'warn',
    RECONCILE_AFTER_MS: '1000',
    PAYMENT_TIMEOUT_MS: '2000',
    ...withoutLimits,
    ...createInProcessProvider(databaseUrl).env,
  };
  const roles = databaseUrl.startsWith('sqlite:')
    ? (['all'] as const)
    : (['checkout', 'checkout', 'worker'] as const);
  const processes = [];
  for (const [index, role] of roles.entries()) {
    const kind = role === 'worker' ? 'worker' : 'api';
    const one = await startManagedProcess(`${role} ${index + 1}`, kind, { databaseUrl, env, role });
    await one.ready();
    processes.push(one);
  }
  return processes;
};

const putOnSale = async (url: string, { run }: Database, stock: number): Promise<string> => {
  const operator = createClient(url, await tokenFor('op@shop.test', 'operator'));
  const price = { amount: 10_000, currency: 'VND' };
  const draft = { code: 'FLASH', name: 'Điện thoại', type: 'physical', price, stock };
  expectStatus(await operator.post('/products', draft), 200);
  const [row] = await run(`select id from product where code = 'FLASH'`);
  return textAt({ body: row }, 'id');
};

type Buyer = {
  readonly clients: readonly Client[];
  readonly orderId: string;
  /** The method of the next attempt. */
  readonly method: () => string;
  readonly random: SeededRandom;
};

/** The buyers in turn. A buyer who comes back goes to the end. The queue ends when nobody waits. */
const takeTurns = (waiting: Buyer[]): Iterator<Buyer> => ({
  next: () => {
    const value = waiting.shift();
    return value === undefined ? { done: true, value } : { done: false, value };
  },
});

/** Runs the work of all items, at most `parallel` at the same time. Items may be added while it runs. */
const runParallel = async <T>(
  parallel: number,
  items: Iterator<T>,
  work: (item: T) => Promise<void>,
): Promise<void> => {
  const runNext = async () => {
    for (let next = items.next(); next.done !== true; next = items.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: parallel }, runNext));
};

const methods: readonly (readonly [share: number, method: string])[] = [
  [0.25, 'pm_card_chargeDeclined'],
  [0.05, 'pm_sim_lost_ok'],
  [0.05, 'pm_sim_lost_declined'],
  [0.65, 'pm_card_visa'],
];

const pickMethod = (random: SeededRandom): string => {
  let at = random.unit();
  for (const [share, method] of methods) {
    at -= share;
    if (at < 0) return method;
  }
  return 'pm_card_visa';
};

/** One attempt under a new key. The same key is sent again until its fate is known. */
const tryToBuy = async ({
  clients,
  orderId,
  method: nextMethod,
  random,
}: Buyer): Promise<'bought' | 'refused'> => {
  const key = crypto.randomUUID();
  const method = nextMethod();
  let last = '';
  for (let tries = 0; tries < 400; tries++) {
    const client = random.pick(clients);
    const reply = await client.checkOut(key, [orderId], method).catch(() => null);
    const end = reply === null ? null : await endOf(client, reply);
    if (end !== null) return end;
    last = reply === null ? 'no response' : `${reply.status} ${JSON.stringify(reply.body)}`;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return fail(`the order ${orderId} has no end under the key ${key}: ${last}`);
};

/** Null if the same key has to be sent again. */
const endOf = async (client: Client, reply: Reply): Promise<'bought' | 'refused' | null> => {
  const code = valueAt(reply.body, 'code');
  if (reply.status === 402 || code === 'out_of_stock') return 'refused';
  if (reply.status === 202 && valueAt(reply.body, 'status') === 'succeeded') return 'bought';
  if (reply.status === 202) return waitForOutcome(client, textAt(reply, 'checkoutId'));
  if (reply.status === 503 || code === 'checkout_in_progress') return null;
  return fail(`unexpected response: ${reply.status} ${JSON.stringify(reply.body)}`);
};

const waitForOutcome = async (client: Client, checkoutId: string): Promise<'bought' | 'refused' | null> => {
  for (let tries = 0; tries < 400; tries++) {
    const reply = await client.get(`/checkouts/${checkoutId}`).catch(() => null);
    const status = valueAt(reply?.body, 'status');
    if (status === 'succeeded') return 'bought';
    if (status === 'declined' || status === 'cancelled') return 'refused';
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return null;
};

type Sale = {
  /** True while units are left, or reserved by a checkout without an outcome. */
  isOpen(): Promise<boolean>;
  unitsLeft(): Promise<number>;
};

/** Asks the database at most ten times a second. A buyer who gets `out_of_stock` waits for the next answer. */
const watchSale = ({ run }: Database, productId: string): Sale => {
  const read = async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [row] = await run(
      `select (select units from stock where product_id = $1) as units,
         (select count(*) from payment where status in ('initiated', 'unknown', 'requires_action')) as open`,
      [productId],
    );
    return { units: Number(row?.units), open: Number(row?.open) };
  };
  let current: ReturnType<typeof read> | null = null;
  const ask = () => {
    current ??= read().finally(() => {
      current = null;
    });
    return current;
  };
  return {
    isOpen: async () => {
      const { units, open } = await ask();
      return units + open > 0;
    },
    unitsLeft: async () => (await ask()).units,
  };
};

const killInTheMiddle = async (
  processes: readonly ManagedProcess[],
  sale: Sale,
  units: number,
): Promise<void> => {
  while ((await sale.unitsLeft()) > units / 2) await new Promise((resolve) => setTimeout(resolve, 20));
  const api = processes.find(({ kind }) => kind === 'api') ?? fail('no API');
  await api.kill();
  await api.ready();
};

/** Waits until every payment has its outcome. */
const waitUntilSettled = async ({ run }: Database): Promise<void> => {
  const untilMs = Date.now() + 600_000;
  for (;;) {
    const [row] = await run(
      `select count(*) as open from payment where status in ('initiated', 'unknown', 'requires_action')`,
    );
    if (Number(row?.open) === 0) return;
    if (Date.now() > untilMs) throw new Error(`${row?.open} payments are still open`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

type Books = Pick<FlashSaleResult, 'paidOrders' | 'stock' | 'delivered' | 'held' | 'wrongOrders'>;

const readBooks = async ({ run }: Database, productId: string): Promise<Books> => {
  const [row] = await run(
    `select s.units, s.delivered,
       (select coalesce(sum(held), 0) from orders) as held,
       (select count(*) from orders where status not in ('pending', 'cancelled')) as paid,
       (select count(*) from orders
        where held <> case when status in ('pending', 'cancelled') then 0 else quantity end) as wrong
     from stock s where s.product_id = $1`,
    [productId],
  );
  return {
    paidOrders: Number(row?.paid),
    stock: Number(row?.units),
    delivered: Number(row?.delivered),
    held: Number(row?.held),
    wrongOrders: Number(row?.wrong),
  };
};

const countCharges = async (databaseUrl: string): Promise<number> => {
  const { charges, providerRefunds } = await createInProcessProvider(databaseUrl).readRecords();
  const refunded = new Set(providerRefunds.map(({ chargeId }) => chargeId));
  return charges.filter(({ id, status }) => status === 'succeeded' && !refunded.has(id)).length;
};

const fail = (message: string): never => {
  throw new Error(message);
};
