import Stripe from 'stripe';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type ClientOptions = {
  readonly apiKey: string;
  /** Another address than Stripe's own, such as `http://127.0.0.1:12111` for a simulator. */
  readonly baseUrl?: string | null | undefined;
  readonly fetch?: Fetch | undefined;
};

/**
 * Stripe's own library over `fetch`, which every runtime has. It does not try again by itself: it would report
 * the last try alone, and a refused connection proves nothing about the try before it.
 */
export const createStripeClient = ({ apiKey, baseUrl, fetch: send = fetch }: ClientOptions): Stripe =>
  new Stripe(apiKey, {
    httpClient: Stripe.createFetchHttpClient(Object.assign(sending(send), { preconnect: () => {} })),
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
 * `sent` is false where certainly nobody was there to hear the request. The error goes on without the runtime's
 * code, for with some of them the library sends again, whatever it was told.
 */
const sending =
  (send: Fetch) =>
  async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    try {
      return await understood(await send(String(url), init));
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw Object.assign(new Error('no answer'), { sent: !isUnreached(cause) });
    }
  };

/**
 * An answer that is no JSON object becomes an error that says so. The library forgets the status of a page of
 * HTML, and a bare number would throw where nobody can catch it.
 */
const understood = async (response: Response): Promise<Response> => {
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

/** No connection, or no address to connect to: Bun says it in a code, Deno in words. */
const isUnreached = (cause: unknown): boolean => {
  for (let each = cause; each instanceof Error; each = each.cause) {
    if ('code' in each && typeof each.code === 'string' && unreachedCodes.has(each.code)) return true;
    if (/\bclient error \(Connect\)/.test(each.message)) return true;
  }
  return false;
};

const unreachedCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ConnectionRefused']);
