import Stripe from 'stripe';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type ClientOptions = {
  readonly apiKey: string;
  /** Instead of Stripe's own address, such as `http://127.0.0.1:12111` for the sandbox. */
  readonly baseUrl?: string | null | undefined;
  readonly fetch?: Fetch | undefined;
};

/**
 * Stripe's own library over `fetch`, which every runtime has. Its retries are off: the library would report
 * only the last attempt, and a refused connection proves nothing about the attempt before.
 */
export const createStripeClient = ({ apiKey, baseUrl, fetch: send = fetch }: ClientOptions): Stripe =>
  new Stripe(apiKey, {
    httpClient: Stripe.createFetchHttpClient(Object.assign(markUnsent(send), { preconnect: () => {} })),
    maxNetworkRetries: 0,
    telemetry: false,
    ...(baseUrl ? addressOf(baseUrl) : {}),
  });

const addressOf = (baseUrl: string) => {
  const { protocol, hostname, port } = new URL(baseUrl);
  const isHttp = protocol === 'http:';
  return { protocol: isHttp ? 'http' : 'https', host: hostname, port: port || (isHttp ? 80 : 443) } as const;
};

/**
 * Wraps `fetch`. Its errors have `sent: false` if the request certainly did not reach a server. They do not
 * carry the runtime's error code: for some codes the library retries even though its retries are off.
 */
const markUnsent =
  (send: Fetch) =>
  async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    try {
      return await requireJsonObject(await send(String(url), init));
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw Object.assign(new Error('no response'), { sent: !isUnreachable(cause) });
    }
  };

/**
 * Replaces a response that is not a JSON object by an error response. The library loses the status of an HTML
 * page, and a bare number makes it throw where no caller can catch the error.
 */
const requireJsonObject = async (response: Response): Promise<Response> => {
  const { headers } = response;
  const body = await response.text();
  if (isObject(body)) return new Response(body, { status: response.status, headers });
  const error = { type: 'api_error', code: 'not_understood' };
  return Response.json({ error }, { status: response.status < 400 ? 502 : response.status });
};

const isObject = (body: string): boolean => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
};

/** No connection, or no address for the name. Bun sets an error code; Deno only has a message. */
const isUnreachable = (cause: unknown): boolean => {
  for (let each = cause; each instanceof Error; each = each.cause) {
    if ('code' in each && typeof each.code === 'string' && unreachableCodes.has(each.code)) return true;
    if (/\bclient error \(Connect\)/.test(each.message)) return true;
  }
  return false;
};

const unreachableCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ConnectionRefused']);
