import { parseRetryAfter } from '../../core/retryAfter.ts';
import type { ServiceReference } from '../../core/serviceReference.ts';
import type { ServiceOutcome } from '../../core/stepService.ts';

/** The first 64 KiB of an answer are read, and no more. */
const bytesMax = 65_536;
const referenceMax = 200;
const urlMax = 2_000;
const detailMax = 200;

/** Client errors that say nothing about the request: a timeout, a conflict with another attempt, too early, too many. */
const passingStatuses: readonly number[] = [408, 409, 425, 429];

/** Answers about the service and not about this request: too many requests, no service behind the gateway, overloaded. */
const sharedStatuses: readonly number[] = [429, 502, 503, 504];

/** What an answer means: 2xx is done, most of 4xx is a refusal, and all else may be done later. */
export const readOutcome = async (
  response: Response,
  service: string,
  nowMs: number,
): Promise<ServiceOutcome> => {
  const { status } = response;
  const body = parseObject(await readStart(response));
  if (status >= 200 && status < 300) return { kind: 'done', reference: referenceOf(body) };
  const reason = `${service} answered ${status}${detailOf(body)}`;
  const isRefusal = status >= 400 && status < 500 && !passingStatuses.includes(status);
  if (isRefusal) return { kind: 'rejected', reason };
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), nowMs);
  return { kind: sharedStatuses.includes(status) ? 'unavailable' : 'deferred', reason, retryAfterMs };
};

const readStart = async ({ body }: Response): Promise<string> => {
  if (body === null) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; bytes < bytesMax; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value.subarray(0, bytesMax - bytes), { stream: true });
    bytes += value.length;
  }
  // What comes after it is not asked for. A failure of the cancellation changes nothing.
  void reader.cancel().catch(() => {});
  return text;
};

const parseObject = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
};

/** What has the wrong form is left out, because the step is done all the same. */
const referenceOf = ({ reference, url }: Readonly<Record<string, unknown>>): ServiceReference => ({
  reference: readText(reference, referenceMax),
  url: readWebAddress(url),
});

/** Null for what is no text, is empty or too long, or has characters that nobody sees. */
const readText = (value: unknown, lengthMax: number): string | null => {
  const text = typeof value === 'string' ? value.trim() : '';
  return text !== '' && text.length <= lengthMax && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text) ? text : null;
};

const readWebAddress = (value: unknown): string | null => {
  const parsed = URL.parse(typeof value === 'string' ? value : '');
  const isWeb = parsed?.protocol === 'https:' || parsed?.protocol === 'http:';
  return isWeb && parsed.href.length <= urlMax ? parsed.href : null;
};

/** The words of problem details (RFC 9457). */
const detailOf = ({ detail, title }: Readonly<Record<string, unknown>>): string => {
  const text = readText(detail, detailMax) ?? readText(title, detailMax);
  return text === null ? '' : `: ${text}`;
};
