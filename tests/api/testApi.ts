import { SignJWT } from 'jose';
import { createInvoiceRenderer } from '../../adapters/pdf/renderer.ts';
import { createFinishChallenge } from '../../adapters/sandbox/challenge.ts';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import { yieldToSystemEventLoop } from '../../adapters/system/timer.ts';
import { createCheckWebhookUrl } from '../../adapters/webhooks/receiver.ts';
import { type ApiDeps, createApp } from '../../api/app.ts';
import { createClientOf } from '../../api/http/clientAddress.ts';
import { createLiveFeed } from '../../api/routes/liveFeed.ts';
import { createCountedLog } from '../../core/countedLog.ts';
import { type CheckoutLimits, noCheckoutLimits } from '../../core/limits.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import type { Store } from '../../core/store.ts';
import { createCheckOut } from '../../core/usecases/checkOut.ts';
import { createGiveUpCheckout } from '../../core/usecases/giveUpCheckout.ts';
import { createReceiveEvent } from '../../core/usecases/providerEvents.ts';
import { createRefundCase } from '../../core/usecases/refundCase.ts';
import { createRequestRefund } from '../../core/usecases/requestRefund.ts';
import { createMemoryStore } from '../model/store.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld, type TestWorld } from '../world.ts';
import { expectDocumented } from './documentedResponse.ts';
import { expectStatus, pageOf, type Reply, replyOf, textAt, valueAt } from './reply.ts';
import { appFor, type TestApp } from './sharedApp.ts';
import { webhookSecret } from './stripeEvents.ts';

export type Call = {
  readonly token?: string | null;
  /** Sent as JSON. Strings, bytes and streams are sent unchanged. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

export const secret = 'a secret of the tests, of well over thirty-two bytes';

type Changes = Partial<ApiDeps> & {
  /** Without limits by default. */
  readonly checkoutLimits?: CheckoutLimits;
  readonly world?: TestWorld;
  /** Wraps the simulated provider, for example to delay it. */
  readonly wrapProvider?: (provider: PaymentProvider) => PaymentProvider;
  readonly wrapStore?: (store: Store) => Store;
  /** True for tests of state that an app keeps between requests: they get an app of their own. */
  readonly ownApp?: boolean;
};

/**
 * Creates an API over the memory store and the simulated provider. Every response that it returns is checked
 * against the OpenAPI document.
 */
export const createTestApi = ({
  wrapProvider = identity,
  wrapStore = identity,
  ownApp: alone = false,
  checkoutLimits = noCheckoutLimits,
  ...changes
}: Changes = {}) => {
  const world = changes.world ?? createTestWorld();
  const store = wrapStore(createMemoryStore(world));
  const sandbox = createSandboxProvider(createMemoryRecords(), world, { slowMs: 0, webhookSecret });
  const provider = wrapProvider(sandbox);
  const { audits, refunds, inbox, ledger, wakeup } = store;
  const [errors, warnings]: [LogEntry[], LogEntry[]] = [[], []];
  const logTimer = createManualTimer(world);
  const log: ApiDeps['log'] = {
    warn: (message, facts = {}) => warnings.push({ message, facts }),
    error: (message, facts = {}) => errors.push({ message, facts }),
  };
  const countedLog = createCountedLog(log, logTimer);
  const live = changes.live ?? createLiveFeed({ ...store, ...world, countedLog });
  const deps: ApiDeps = {
    store,
    checkOut: createCheckOut(
      { audits, refunds, provider, wakeup, world },
      { reconcileAfterMs: 15_000, ...checkoutLimits },
    ),
    giveUpCheckout: createGiveUpCheckout({ audits, refunds, provider, wakeup, world }),
    requestRefund: createRequestRefund({ refunds, wakeup, world }),
    refundCase: createRefundCase({ ledger, audits, refunds, wakeup, world }),
    receiveEvent: createReceiveEvent({ inbox, provider, wakeup, world, log }),
    providerName: provider.name,
    stepServices: [],
    invoiceRenderer: createInvoiceRenderer(yieldToSystemEventLoop),
    charges: sandbox.list,
    finishChallenge: createFinishChallenge(sandbox.engine),
    auth: { key: { kind: 'secret', secret }, issuer: null, audience: null },
    ordersPendingMax: 0,
    demo: true,
    role: 'all',
    orderTtlMs: 86_400_000,
    version: '0.0.0',
    log,
    countedLog,
    clientOf: createClientOf([]),
    corsOrigins: [],
    live,
    checkWebhookUrl: createCheckWebhookUrl(world.timer, {
      allowPrivate: false,
      resolve: async () => ['93.184.216.34'],
    }),
    renderMetrics: async (accept) => ({ contentType: accept ?? 'text/plain', text: '' }),
    isReady: async () => ({ ready: true, missing: [] }),
    ...changes,
    world,
  };
  const api: TestApp =
    alone || changes.auth !== undefined || changes.corsOrigins !== undefined || changes.pages !== undefined
      ? createApp(deps)
      : appFor(deps);

  const call = async (method: string, path: string, options: Call = {}): Promise<Reply> => {
    const response = await api.handle(requestOf(method, `http://localhost${path}`, options));
    const reply = await replyOf(response);
    await expectDocumented(api, method, path, reply);
    return reply;
  };

  /** A client with a token of this customer id and these roles. */
  const as = (id: string, ...roles: readonly string[]) => {
    const token = () => tokenOf(world, { sub: id, email: `${id}@example.com`, roles });
    const send = async (method: string, path: string, options: Call = {}) =>
      call(method, path, { token: await token(), ...options });
    const post = (path: string, body: unknown, headers: Call['headers'] = {}) =>
      send('POST', path, { body, headers });
    const order = async (productId: string, quantity = 1) =>
      textAt(expectStatus(await post('/orders', { productId, quantity }), 201), 'id');
    return {
      id,
      token,
      send,
      get: (path: string) => send('GET', path),
      remove: (path: string) => send('DELETE', path),
      post,
      order,
      checkOut: (orderIds: readonly string[], key: string = crypto.randomUUID(), method = 'pm_card_visa') =>
        post('/checkouts', { orderIds, payment: { method } }, { 'idempotency-key': key }),
    };
  };
  const operator = as('operator-1', 'operator');

  /** Adds a product and returns its id. */
  const product = async (changes: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const draft = { ...productDraft(world), ...changes };
    expectStatus(await operator.post('/products', draft), 200);
    const { items } = await pageOf(call('GET', '/products?limit=100'));
    return textAt({ body: items.find((item) => valueAt(item, 'code') === draft.code) }, 'id');
  };

  return {
    api,
    call,
    as,
    customer: (id: string) => as(id, 'customer'),
    operator,
    product,
    world,
    store,
    live,
    sandbox,
    errors,
    warnings,
    /** Rings for the lines that repeated warnings become. */
    logTimer,
  };
};

export type Api = ReturnType<typeof createTestApi>;

type LogEntry = { readonly message: string; readonly facts: Readonly<Record<string, unknown>> };

const identity = <T>(value: T): T => value;

export const productDraft = ({ ids, clock }: TestWorld) => ({
  code: `sku-${ids.next(clock.nowMs())}`,
  name: 'Áo thun nam',
  type: 'physical',
  price: { amount: 199_000, currency: 'VND' },
  stock: 1_000 as number | null,
});

export const requestOf = (method: string, url: string, { token, body, headers = {} }: Call): Request => {
  const allHeaders = new Headers(headers);
  if (typeof token === 'string') allHeaders.set('authorization', `Bearer ${token}`);
  if (body === undefined) return new Request(url, { method, headers: allHeaders });
  if (!allHeaders.has('content-type')) allHeaders.set('content-type', 'application/json');
  return new Request(url, { method, headers: allHeaders, body: isRaw(body) ? body : JSON.stringify(body) });
};

const isRaw = (body: unknown): body is string | Uint8Array<ArrayBuffer> | ReadableStream =>
  typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;

/** Signs a token that is valid for two hours. `claims` adds or replaces claims; undefined removes one. */
export const tokenOf = (
  { clock }: TestWorld,
  claims: Readonly<Record<string, unknown>>,
  key: string = secret,
): Promise<string> =>
  new SignJWT({ exp: Math.floor(clock.nowMs() / 1000) + 7_200, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(key));
