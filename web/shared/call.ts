import { createId } from './ids.ts';
import type { Language } from './language.ts';
import type { Outcome, Problem, Unanswered } from './outcome.ts';

type CallRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** The `Idempotency-Key`. */
  readonly key?: string;
  /** Aborted when the page no longer wants the answer. */
  readonly signal?: AbortSignal;
};

export type Call = <Value>(request: CallRequest) => Promise<Outcome<Value>>;

export type CallPorts = {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly newId: () => string;
  /** Where the `Consistency-Token` is kept from page to page. Never throws. */
  readonly token: { readonly get: () => string | null; readonly set: (token: string) => void };
  readonly isOnline: () => boolean;
  /** Of the page, which need not be the browser's. */
  readonly language: () => Language;
  /** Aborts when an answer has taken too long. */
  readonly timeout: () => AbortSignal;
};

const jsonTypes = /^application\/(?:[\w.-]+\+)?json\b/i;

/**
 * The client of the API. It never throws: a lost answer is a case of its own, because the request may have been done.
 * An answer that is not the API's own (a proxy's page, half a body) says nothing about the request, so it counts as
 * lost.
 */
export const createCall =
  ({ fetch, newId, token, isOnline, language, timeout }: CallPorts): Call =>
  async <Value>({ method, path, body, key, signal }: CallRequest): Promise<Outcome<Value>> => {
    const requestId = newId();
    const unanswered = (retryAfterMs: number | null = null): Unanswered => ({
      kind: isOnline() ? 'lost' : 'offline',
      requestId,
      retryAfterMs,
    });
    const limit = timeout();
    const headers = {
      'accept-language': language(),
      ...headersOf(requestId, key, body, method === 'GET' ? token.get() : null),
    };
    try {
      const response = await fetch(path, {
        method,
        headers,
        cache: 'no-store',
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const consistency = response.headers.get('consistency-token');
      if (consistency !== null) token.set(consistency);
      const retryAfterMs = retryAfterOf(response);
      // A session has it while the shop cannot know who is signed in.
      if (!response.ok || retryAfterMs)
        return (await refusalOf(response, requestId)) ?? unanswered(retryAfterMs);
      const isEmpty = response.status === 204;
      if (!isEmpty && !jsonTypes.test(response.headers.get('content-type') ?? '')) return unanswered();
      return {
        kind: 'ok',
        value: (isEmpty ? undefined : await response.json()) as Value,
        status: response.status,
        requestId: response.headers.get('x-request-id') ?? requestId,
        replayed: response.headers.get('idempotent-replayed') === 'true',
      };
    } catch {
      return signal?.aborted === true ? { kind: 'aborted' } : unanswered();
    }
  };

const headersOf = (
  requestId: string,
  key: string | undefined,
  body: unknown,
  consistency: string | null,
): Record<string, string> => ({
  accept: 'application/json',
  // Ours, so that even a request without an answer has an id that the shop can find.
  'x-request-id': requestId,
  ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  ...(key === undefined ? {} : { 'idempotency-key': key }),
  ...(consistency === null ? {} : { 'consistency-token': consistency }),
});

/** Null if the answer is not the API's own. */
const refusalOf = async (response: Response, requestId: string) => {
  if (!/^application\/problem\+json\b/i.test(response.headers.get('content-type') ?? '')) return null;
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null || !('code' in body) || typeof body.code !== 'string')
    return null;
  const problem: Problem = {
    title: '',
    detail: '',
    instance: response.headers.get('x-request-id') ?? requestId,
    ...body,
    code: body.code,
    status: response.status,
    retryAfterMs: retryAfterOf(response),
  };
  return { kind: response.status === 401 ? 'signed_out' : 'problem', problem } as const;
};

/** `Retry-After` in seconds. Its other form, a date, would need the server's clock. */
const retryAfterOf = ({ headers }: Response): number | null => {
  const header = headers.get('retry-after');
  return header !== null && /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1_000 : null;
};

/** Longer than the server needs for the slowest charge. */
const answerLimitMs = 30_000;

const tokenName = 'cw.consistency';

/** The ports of a browser. The token is kept as long as the window, so that the next page reads what this one wrote. */
export const browserCallPorts = (language: () => Language): CallPorts => ({
  language,
  fetch: (path, init) => fetch(path, init),
  newId: () => createId(),
  token: {
    get: () => {
      try {
        return sessionStorage.getItem(tokenName);
      } catch {
        return null;
      }
    },
    set: (token) => {
      try {
        sessionStorage.setItem(tokenName, token);
      } catch {
        // Without storage, a read may be behind by the replica's lag.
      }
    },
  },
  isOnline: () => navigator.onLine,
  timeout: () => AbortSignal.timeout(answerLimitMs),
});
