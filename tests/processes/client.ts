/** The response to a call. `body` is null if it is empty. */
export type Reply = { readonly status: number; readonly headers: Headers; readonly body: unknown };

/** Calls one API process. Each method rejects if the connection breaks or after two minutes. */
export type Client = {
  get(path: string): Promise<Reply>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  patch(path: string, body: unknown): Promise<Reply>;
  remove(path: string): Promise<Reply>;
  checkOut(key: string, orderIds: readonly string[], method: string): Promise<Reply>;
};

/** `token` is a bearer token; null calls without one. `options` are of every request, such as a certificate. */
export const createClient = (
  base: string,
  token: string | null,
  options: BunFetchRequestInit = {},
): Client => {
  const call = async (method: string, path: string, init: RequestInit = {}): Promise<Reply> => {
    const headers = new Headers(init.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    const signal = AbortSignal.timeout(120_000);
    const response = await fetch(new URL(path, base), { ...options, ...init, method, headers, signal });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : parse(text) };
  };
  const post: Client['post'] = (path, body, headers = {}) =>
    call('POST', path, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return {
    get: (path) => call('GET', path),
    post,
    patch: (path, body) =>
      call('PATCH', path, {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    remove: (path) => call('DELETE', path),
    checkOut: (key, orderIds, method) =>
      post('/checkouts', { orderIds, payment: { method } }, { 'idempotency-key': key }),
  };
};

/** Places an order and returns its id. */
export const placeOrder = async (client: Client, productId: string, quantity = 1): Promise<string> =>
  textAt(expectStatus(await client.post('/orders', { productId, quantity }), 201), 'id');

/** The price of a product that `addProduct` adds. */
export const initialAmount = 10_000;

/** Adds a product and returns its id. */
export const addProduct = async (
  operator: Client,
  draft: { readonly code: string; readonly type?: string; readonly stock?: number | null },
): Promise<string> => {
  const price = { amount: initialAmount, currency: 'VND' };
  const product = { name: `Sản phẩm ${draft.code}`, type: 'physical', price, stock: null, ...draft };
  expectStatus(await retryWhileUnavailable(() => operator.post('/products', [product])), 200);
  const search = () => operator.get(`/products?q=${draft.code}&limit=100`);
  const listed = expectStatus(await retryWhileUnavailable(search), 200);
  const found = itemsOf(listed).find((item) => valueAt(item, 'code') === draft.code);
  return textAt({ body: found }, 'id');
};

/** Repeats the call while its status is 503, for at most two minutes. Returns the last response. */
export const retryWhileUnavailable = async (call: () => Promise<Reply>): Promise<Reply> => {
  const untilMs = Date.now() + 120_000;
  for (;;) {
    const reply = await call();
    if (reply.status !== 503 || Date.now() > untilMs) return reply;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Waits until an order has that status, for at most two minutes. Then it throws with the order. */
export const waitForStatus = async (client: Client, orderId: string, status: string): Promise<Reply> => {
  const untilMs = Date.now() + 120_000;
  for (;;) {
    const reply = expectStatus(await retryWhileUnavailable(() => client.get(`/orders/${orderId}`)), 200);
    if (valueAt(reply.body, 'status') === status) return reply;
    if (Date.now() > untilMs)
      throw new Error(`the order did not become ${status}: ${JSON.stringify(reply.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Waits until the queue is empty, for at most two minutes: an order is completed or refunded before its mail is sent. */
export const waitForTasks = async (operator: Client): Promise<void> => {
  const untilMs = Date.now() + 120_000;
  for (;;) {
    const tasks = itemsOf(expectStatus(await operator.get('/queue/tasks'), 200));
    if (tasks.length === 0) return;
    if (Date.now() > untilMs) throw new Error(`tasks are left: ${JSON.stringify(tasks)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

export const expectStatus = (reply: Reply, status: number): Reply => {
  if (reply.status === status) return reply;
  throw new Error(`expected ${status}, got ${reply.status}: ${JSON.stringify(reply.body)}`);
};

/** The string at a path of field names in a body. */
export const textAt = ({ body }: { readonly body: unknown }, ...path: readonly string[]): string => {
  const value = path.reduce(valueAt, body);
  if (typeof value === 'string') return value;
  throw new Error(`there is no string at ${path.join('.')} in ${JSON.stringify(body)}`);
};

/** The items of a list. */
export const itemsOf = ({ body }: { readonly body: unknown }): readonly unknown[] => {
  const items = valueAt(body, 'items');
  if (Array.isArray(items)) return items;
  throw new Error(`there are no items in ${JSON.stringify(body)}`);
};

export const valueAt = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
