import { SignJWT } from 'jose';
import { createFinishChallenge } from '../../adapters/sandbox/challenge.ts';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import { type ApiDeps, createApp } from '../../api/app.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import type { Store } from '../../core/store.ts';
import { createCheckOut } from '../../core/usecases/checkOut.ts';
import { createReceiveEvent } from '../../core/usecases/providerEvents.ts';
import { createRequestRefund } from '../../core/usecases/requestRefund.ts';
import { createMemoryStore } from '../model/store.ts';
import { type TestWorld, testWorld } from '../world.ts';
import { expectDocumented } from './documented.ts';
import { type Served, sharedApp } from './sharedApp.ts';
import { webhookSecret } from './signed.ts';

export type Reply = { readonly status: number; readonly headers: Headers; readonly body: unknown };

export type Call = {
  readonly token?: string | null;
  /** Sent as JSON; a string, bytes or a stream as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

export const secret = 'a secret of the tests, of well over thirty-two bytes';

type Changes = Partial<ApiDeps> & {
  readonly world?: TestWorld;
  /** What stands between the api and the simulated provider. */
  readonly providing?: (provider: PaymentProvider) => PaymentProvider;
  readonly storing?: (store: Store) => Store;
  /** For tests of what an app keeps from one request to the next: it has an app that nobody else asks. */
  readonly alone?: boolean;
};

/**
 * The API over the memory store and the simulated provider. Every answer that is heard through it is held
 * against the OpenAPI document.
 */
export const apiOver = ({ providing = same, storing = same, alone = false, ...changes }: Changes = {}) => {
  const world = changes.world ?? testWorld();
  const store = storing(createMemoryStore(world));
  const simulated = createSandboxProvider(createMemoryRecords(), world, { slowMs: 0, webhookSecret });
  const provider = providing(simulated);
  const { audits, refunds, inbox, wakeup } = store;
  const [logged, warned]: [Logged[], Logged[]] = [[], []];
  const deps: ApiDeps = {
    store,
    checkOut: createCheckOut({ audits, refunds, provider, wakeup, world }, { reconcileAfterMs: 15_000 }),
    requestRefund: createRequestRefund({ refunds, wakeup, world }),
    receiveEvent: createReceiveEvent({ inbox, provider, wakeup, world }),
    providerName: provider.name,
    charges: simulated.list,
    finishChallenge: createFinishChallenge(simulated.engine),
    auth: { key: { kind: 'secret', secret }, issuer: null, audience: null },
    demo: true,
    role: 'all',
    version: '0.0.0',
    log: {
      warn: (message, facts = {}) => warned.push({ message, facts }),
      error: (message, facts = {}) => logged.push({ message, facts }),
    },
    isReady: async () => ({ ready: true, missing: [] }),
    ...changes,
    world,
  };
  const api: Served = alone || changes.auth !== undefined ? createApp(deps) : sharedApp(deps);

  const call = async (method: string, path: string, options: Call = {}): Promise<Reply> => {
    const response = await api.handle(requestOf(method, `http://localhost${path}`, options));
    const reply = await replyOf(response);
    await expectDocumented(api, method, path, reply);
    return reply;
  };

  /** Somebody with these roles. */
  const as = (id: string, ...roles: readonly string[]) => {
    const token = () => tokenOf(world, { sub: id, email: `${id}@example.com`, roles });
    const say = async (method: string, path: string, options: Call = {}) =>
      call(method, path, { token: await token(), ...options });
    const post = (path: string, body: unknown, headers: Call['headers'] = {}) =>
      say('POST', path, { body, headers });
    const order = async (productId: string, quantity = 1) =>
      textAt(expectStatus(await post('/orders', { productId, quantity }), 201), 'id');
    return {
      id,
      token,
      say,
      get: (path: string) => say('GET', path),
      remove: (path: string) => say('DELETE', path),
      post,
      order,
      checkOut: (orderIds: readonly string[], key: string = crypto.randomUUID(), method = 'pm_card_visa') =>
        post('/checkouts', { orderIds, payment: { method } }, { 'idempotency-key': key }),
    };
  };
  const operator = as('operator-1', 'operator');

  /** Adds a product and answers its id. */
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
    simulated,
    logged,
    warned,
  };
};

export type Api = ReturnType<typeof apiOver>;

type Logged = { readonly message: string; readonly facts: Readonly<Record<string, unknown>> };

const same = <T>(one: T): T => one;

export const productDraft = ({ ids, clock }: TestWorld) => ({
  code: `sku-${ids.next(clock.nowMs())}`,
  name: 'Áo thun nam',
  type: 'physical',
  price: { amount: 199_000, currency: 'VND' },
  stock: 1_000 as number | null,
});

export const requestOf = (method: string, url: string, { token, body, headers = {} }: Call): Request => {
  const sent = new Headers(headers);
  if (typeof token === 'string') sent.set('authorization', `Bearer ${token}`);
  if (body === undefined) return new Request(url, { method, headers: sent });
  if (!sent.has('content-type')) sent.set('content-type', 'application/json');
  return new Request(url, { method, headers: sent, body: isRaw(body) ? body : JSON.stringify(body) });
};

const isRaw = (body: unknown): body is string | Uint8Array<ArrayBuffer> | ReadableStream =>
  typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;

export const replyOf = async (response: Response): Promise<Reply> => {
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
};

/** A token for two hours from the world's now, with claims added or replaced; undefined takes one out. */
export const tokenOf = (
  { clock }: TestWorld,
  claims: Readonly<Record<string, unknown>>,
  key: string = secret,
): Promise<string> =>
  new SignJWT({ exp: Math.floor(clock.nowMs() / 1000) + 7_200, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(key));

export const expectStatus = (reply: Reply, status: number): Reply => {
  if (reply.status === status) return reply;
  throw new Error(`expected ${status}, got ${reply.status}: ${JSON.stringify(reply.body)}`);
};

/** The problem's code, where it is a problem of that status. */
export const codeOf = (reply: Reply): string => {
  if (reply.headers.get('content-type') !== 'application/problem+json') {
    throw new Error(`no problem: ${reply.status} ${JSON.stringify(reply.body)}`);
  }
  return `${reply.status} ${textAt(reply, 'code')}`;
};

/** The paths of a validation's errors. */
export const pathsOf = (reply: Reply): readonly string[] => {
  const errors = valueAt(reply.body, 'errors');
  return Array.isArray(errors) ? errors.map((error) => textAt({ body: error }, 'path')) : [];
};

export const pageOf = async (
  answer: Promise<Reply>,
): Promise<{ readonly items: readonly unknown[]; readonly next: string | null }> => {
  const { body } = expectStatus(await answer, 200);
  const items = valueAt(body, 'items');
  const next = valueAt(body, 'nextCursor');
  if (!Array.isArray(items)) throw new Error(`there are no items in ${JSON.stringify(body)}`);
  return { items, next: typeof next === 'string' ? next : null };
};

export const textAt = ({ body }: { readonly body: unknown }, ...path: readonly string[]): string => {
  const value = path.reduce(valueAt, body);
  if (typeof value === 'string') return value;
  throw new Error(`there is no text at ${path.join('.')} in ${JSON.stringify(body)}`);
};

export const valueAt = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
