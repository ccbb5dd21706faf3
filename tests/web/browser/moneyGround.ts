import { randomUUID } from 'node:crypto';
import { createEngine } from '../../../adapters/sandbox/engine.ts';
import { createStripeApi } from '../../../adapters/sandbox/http/api.ts';
import { serveStripe } from '../../../adapters/sandbox/http/serve.ts';
import { findIntentByKey } from '../../../adapters/sandbox/intents.ts';
import { createMemoryRecords } from '../../../adapters/sandbox/memoryRecords.ts';
import { startWebhooks } from '../../../adapters/sandbox/webhooks.ts';
import { createSystemWorld } from '../../../adapters/system/system.ts';
import { expectStatus, itemsOf, textAt, valueAt } from '../../processes/client.ts';
import { startSmtpSink } from '../../smtp/sink.ts';
import { placeOrder, type Shop, until } from './shop.ts';

const webhookSecret = 'whsec_console';

type Reply = Readonly<Record<string, unknown>>;

/** What moves the money of a shop: the simulated Stripe with its dashboard and banks, and a mail server. */
export type Bank = {
  /** The settings of a shop that uses it. */
  readonly env: Readonly<Record<string, string>>;
  /** The next mail is refused for good. */
  refuseNextMail(): void;
  /** Sends a form to the provider, as its dashboard or a bank does. */
  send(path: string, form: Readonly<Record<string, string>>): Promise<Reply>;
  /** The provider's id of a checkout's charge. */
  chargeOf(checkoutId: string): Promise<string>;
  /** Sends the provider's events to the shop from now on. */
  connect(shop: Shop): void;
  close(): Promise<void>;
};

export const openBank = async (): Promise<Bank> => {
  const engine = createEngine(createMemoryRecords(), createSystemWorld(), { events: 'all' });
  const stripe = await serveStripe(createStripeApi(engine), 0);
  const sink = await startSmtpSink();
  const url = `http://127.0.0.1:${stripe.port}`;
  let stopEvents = async (): Promise<void> => undefined;
  let isConnected = false;
  return {
    env: {
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_API_KEY: 'sk_test_console',
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      STRIPE_API_URL: url,
      SMTP_URL: sink.url,
    },
    refuseNextMail: () => sink.behave([{ at: 'rcpt', code: 550, text: 'no such user here' }]),
    send: async (path, form) => {
      const response = await fetch(new URL(path, url), {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_console', 'idempotency-key': randomUUID() },
        body: new URLSearchParams(form),
      });
      const body = (await response.json()) as Reply;
      if (!response.ok) throw new Error(`${path}: ${JSON.stringify(body)}`);
      return body;
    },
    chargeOf: async (checkoutId) => {
      const intent = (await findIntentByKey(engine, checkoutId))._unsafeUnwrap();
      if (intent === null) throw new Error(`the provider has no charge of ${checkoutId}`);
      return intent.id;
    },
    connect: (shop) => {
      if (isConnected) return;
      isConnected = true;
      const events = { engine, url: `${shop.url}/webhooks/stripe`, secret: webhookSecret };
      stopEvents = startWebhooks({ ...events, fetch, pollMs: 20 });
    },
    close: async () => {
      await stopEvents();
      await Promise.all([stripe.stop(), sink.close()]);
    },
  };
};

type Paid = {
  readonly orderIds: readonly string[];
  readonly checkoutId: string;
  readonly customerId: string;
};

/** A customer's orders of new products, paid in one checkout. `price` is that of each. */
export const payOrders = async (
  shop: Shop,
  {
    count = 1,
    method = 'pm_card_visa',
    ...product
  }: { readonly count?: number; readonly method?: string } & Parameters<Shop['addProduct']>[0] = {},
): Promise<Paid> => {
  const { client } = await shop.customer(`${randomUUID().slice(0, 8)}@example.com`);
  const orderIds: string[] = [];
  for (let each = 0; each < count; each++)
    orderIds.push(await placeOrder(client, await shop.addProduct(product)));
  const paid = expectStatus(await client.checkOut(randomUUID(), orderIds, method), 202);
  const order = expectStatus(await shop.operator.get(`/orders/${orderIds[0]}`), 200);
  return { orderIds, checkoutId: textAt(paid, 'checkoutId'), customerId: textAt(order, 'customerId') };
};

/** Waits until all work of an order is done, or has failed. */
export const settled = async (shop: Shop, orderId: string): Promise<void> => {
  await until(
    async () => itemsOf(expectStatus(await shop.operator.get(`/orders/${orderId}/timeline?limit=100`), 200)),
    (entries) =>
      entries.some((entry) => valueAt(entry, 'what') === 'completed') &&
      !entries.some((entry) => valueAt(entry, 'kind') === 'task' && valueAt(entry, 'what') !== 'failed'),
  );
};

/** An order whose mail was refused: its task has failed. */
export const payWithFailedMail = async (shop: Shop, bank: Bank, price?: number): Promise<string> => {
  // Else the mail of another order, which is still on its way, would be the next one.
  await until(
    async () => valueAt(expectStatus(await shop.operator.get('/queue'), 200).body, 'totals'),
    (totals) => ['ready', 'running', 'waiting'].every((state) => valueAt(totals, state) === 0),
  );
  bank.refuseNextMail();
  const {
    orderIds: [orderId = ''],
  } = await payOrders(shop, price === undefined ? {} : { price });
  await until(
    async () => itemsOf(expectStatus(await shop.operator.get(`/queue/tasks?orderId=${orderId}`), 200)),
    (tasks) => tasks.some((task) => valueAt(task, 'state') === 'failed'),
  );
  return orderId;
};

/** Waits until a check has this many open cases. */
export const untilCases = (shop: Shop, check: string, isThere: (cases: readonly unknown[]) => boolean) =>
  until(
    async () => itemsOf(expectStatus(await shop.operator.get(`/money/${check}?limit=100`), 200)),
    isThere,
  );

/** A payment of two orders, of which the provider has given a part back by itself. */
export const refundAtProvider = async (shop: Shop, bank: Bank, price = 200_000) => {
  bank.connect(shop);
  const paid = await payOrders(shop, { count: 2, price });
  const payment_intent = await bank.chargeOf(paid.checkoutId);
  await bank.send('/v1/refunds', { payment_intent, amount: '50000' });
  const isOurs = (each: unknown) => valueAt(each, 'paymentId') === paid.checkoutId;
  const cases = await untilCases(shop, 'refunds_unassigned', (found) => found.some(isOurs));
  return { ...paid, refundId: textAt({ body: cases.find(isOurs) }, 'refundId') };
};

/** A payment that the customer's bank disputes. */
export const dispute = async (shop: Shop, bank: Bank) => {
  bank.connect(shop);
  const paid = await payOrders(shop);
  await bank.send('/v1/test_helpers/disputes', { payment_intent: await bank.chargeOf(paid.checkoutId) });
  await untilCases(shop, 'disputes_open', (cases) =>
    cases.some((each) => valueAt(each, 'paymentId') === paid.checkoutId),
  );
  return paid;
};

/** A charge at the provider that belongs to no payment of the shop, found by a reconciliation of its day. */
export const strangeCharge = async (shop: Shop, bank: Bank, amount: number) => {
  const intent = await bank.send('/v1/payment_intents', {
    amount: String(amount),
    currency: 'vnd',
    payment_method: 'pm_card_visa',
    confirm: 'true',
  });
  // The provider's clock says which day it is.
  const day = new Date(Number(intent.created) * 1_000).toISOString().slice(0, 10);
  const started = expectStatus(await shop.operator.post('/money/reconciliations', { day }), 202);
  const reconciliationId = textAt(started, 'id');
  const isOurs = (each: unknown) => valueAt(valueAt(each, 'amount'), 'amount') === amount;
  const cases = await untilCases(shop, 'ledger_differences', (found) => found.some(isOurs));
  return { day, reconciliationId, caseId: textAt({ body: cases.find(isOurs) }, 'id') };
};
