import { spawnSync } from 'node:child_process';
import { daysSince } from '../chaos/run/moneyPage.ts';
import {
  addProduct,
  type Client,
  createClient,
  expectStatus,
  itemsOf,
  placeOrder,
  textAt,
  valueAt,
  waitForStatus,
} from '../processes/client.ts';
import type { App } from '../processes/processes.ts';
import { tokenFor } from '../processes/tokens.ts';

const operatorOf = async ({ url }: App): Promise<Client> =>
  createClient(url, await tokenFor('op@shop.test', 'operator'));

/** Sells `count` orders of a product. Returns their ids when they are completed. */
export const sell = async (app: App, code: string, count: number): Promise<readonly string[]> => {
  const productId = await addProduct(await operatorOf(app), { code });
  const customer = createClient(app.url, await tokenFor('an@shop.test'));
  const orderIds: string[] = [];
  for (let number = 0; number < count; number++) {
    const orderId = await placeOrder(customer, productId);
    expectStatus(await customer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
    orderIds.push(orderId);
  }
  for (const orderId of orderIds) await waitForStatus(customer, orderId, 'completed');
  return orderIds;
};

/** Runs a command as the guide has it, and returns its output. Throws with what it says. */
export const run = (
  command: string,
  args: readonly string[],
  options: { readonly uid?: number; readonly gid?: number; readonly env?: NodeJS.ProcessEnv } = {},
): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    cwd: '/',
    ...options,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr || error?.message}`);
  return stdout;
};

export const expectOrders = async (
  app: App,
  kept: readonly string[],
  lost: readonly string[],
): Promise<void> => {
  const operator = await operatorOf(app);
  for (const [orderIds, status] of [
    [kept, 200],
    [lost, 404],
  ] as const)
    for (const orderId of orderIds) expectStatus(await operator.get(`/orders/${orderId}`), status);
};

/** Waits, for at most two minutes, until `isThere` is true of the body at `path`. */
const waitFor = async (client: Client, path: string, isThere: (body: unknown) => boolean): Promise<void> => {
  const untilMs = Date.now() + 120_000;
  for (;;) {
    const { body } = expectStatus(await client.get(path), 200);
    if (isThere(body)) return;
    if (Date.now() > untilMs) throw new Error(`waited in vain at ${path}: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/**
 * Finds the charges since then without orders, as an operator does, and gives them back. Returns how many there were.
 */
export const giveBackLostCharges = async (app: App, sinceMs: number): Promise<number> => {
  const operator = await operatorOf(app);
  const reconcile = async () => {
    for (const day of daysSince(sinceMs)) {
      const requested = expectStatus(await operator.post('/money/reconciliations', { day }), 202);
      const path = `/money/reconciliations/${textAt(requested, 'id')}`;
      await waitFor(operator, path, (body) => valueAt(body, 'status') === 'finished');
    }
  };
  await reconcile();
  const cases = itemsOf(expectStatus(await operator.get('/money/ledger_differences?limit=100'), 200));
  for (const body of cases) {
    const refund = { caseId: textAt({ body }, 'id'), reason: 'the order was lost with the database' };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    expectStatus(await operator.post('/money/ledger_differences/refunds', refund, headers), 202);
  }
  await waitFor(operator, '/refunds?status=requested', (body) => itemsOf({ body }).length === 0);
  await reconcile();
  await waitFor(operator, '/money', (body) => valueAt(body, 'healthy') === true);
  return cases.length;
};
