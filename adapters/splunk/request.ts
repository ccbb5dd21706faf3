import { Buffer } from 'node:buffer';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Timer } from '../../core/timer.ts';

export type Collector = {
  /** `https://splunk.example.com:8088`. A path in it is used as it is. */
  readonly url: string;
  readonly token: string;
};

/** What became of a batch. `reason` is for people, and has no secret. */
export type SendOutcome =
  | { readonly kind: 'accepted' }
  /** Later may do. `retryAfterMs`: as the collector asks. */
  | { readonly kind: 'later'; readonly reason: string; readonly retryAfterMs: number | null }
  /** Nothing of ours is taken until somebody changes a setting, here or there. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** This batch will never be taken. */
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'too_large'; readonly reason: string };

const sendMs = 10_000;
const compressFrom = 1_024;
const zip = promisify(gzip);

/** Where events go, unless the URL says it. */
const endpointOf = (url: string): string => {
  const parsed = new URL(url);
  if (parsed.pathname === '/') parsed.pathname = '/services/collector/event';
  return parsed.href;
};

/** Sends JSON objects, one after another, as the collector reads them. Never throws, and ends within its time limit. */
export const createSend = (timer: Timer, { url, token }: Collector) => {
  const endpoint = endpointOf(url);
  return async (body: string): Promise<SendOutcome> => {
    const expiry = new AbortController();
    const cancel = timer.after(sendMs, () => expiry.abort(), { background: true });
    try {
      const bytes = Buffer.from(body);
      const isLarge = bytes.length >= compressFrom;
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: {
          authorization: `Splunk ${token}`,
          'content-type': 'application/json',
          ...(isLarge ? { 'content-encoding': 'gzip' } : {}),
        },
        body: isLarge ? new Uint8Array(await zip(bytes)) : bytes,
        // A redirect would take the token elsewhere.
        redirect: 'manual',
        signal: expiry.signal,
      });
      // Not read for what it says, but so that the connection can be used again.
      await response.arrayBuffer();
      return outcomeOf(response);
    } catch (cause) {
      const reason = expiry.signal.aborted ? `no answer within ${sendMs} ms` : reasonOf(cause);
      return { kind: 'later', reason, retryAfterMs: null };
    } finally {
      cancel();
    }
  };
};

const outcomeOf = ({ status, headers }: Response): SendOutcome => {
  const reason = `the answer is ${status}`;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 413) return { kind: 'too_large', reason };
  // 400 is about what was sent. Everything else is about us or about the collector.
  if (status === 400) return { kind: 'unreadable', reason };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    return { kind: 'later', reason, retryAfterMs: seconds > 0 ? seconds * 1_000 : null };
  }
  return { kind: 'refused', reason };
};

const reasonOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'failed';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause.cause === undefined ? cause.name : reasonOf(cause.cause);
};
