import { err, ok, type Result } from 'neverthrow';
import type { Check } from './check.ts';
import type { RequestFailure } from './failures.ts';

/** Of the body as it is sent. */
const bodyBytesMax = 1024 * 1024;

/**
 * The request's JSON body as `check` wants it. We read it ourselves and only when a route asks: Elysia would
 * read it before the caller is known, take forms for JSON, and turn "5" into 5.
 */
export const readBody = <T>(request: Request, check: Check<T>): Promise<Result<T, RequestFailure>> =>
  isJson(request.headers)
    ? readBytes(request).then((bytes) => bytes.andThen(parse).andThen(check.read))
    : Promise.resolve(err({ kind: 'unsupported_media_type' }));

const jsonType = /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i;

const isJson = (headers: Headers): boolean =>
  jsonType.test(headers.get('content-type') ?? '') &&
  (headers.get('content-encoding') ?? 'identity') === 'identity';

type Bytes = Result<Uint8Array, RequestFailure>;

/** The body as it is: what may be signed must not be touched. */
export const readBytes = (request: Request): Promise<Bytes> => {
  const length = request.headers.get('content-length');
  if (length !== null && Number(length) > bodyBytesMax)
    return Promise.resolve(err({ kind: 'body_too_large' }));
  // The server holds the body to the length that was announced; without one it must be counted.
  if (length !== null) return request.bytes().then(whole, brokenOff);
  return request.body === null
    ? Promise.resolve(ok(new Uint8Array()))
    : readCounted(request.body).catch(brokenOff);
};

const whole = (bytes: Uint8Array): Bytes => ok(bytes);

const brokenOff = (): Bytes => err({ kind: 'malformed_body', reason: 'The body broke off.' });

const readCounted = async (body: ReadableStream<Uint8Array>): Promise<Bytes> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > bodyBytesMax) return err({ kind: 'body_too_large' });
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return ok(bytes);
};

const decoder = new TextDecoder('utf-8', { fatal: true });

const parse = (bytes: Uint8Array): Result<unknown, RequestFailure> => {
  if (bytes.byteLength === 0) return err({ kind: 'malformed_body', reason: 'The body is empty.' });
  try {
    return ok(JSON.parse(decoder.decode(bytes)));
  } catch {
    return err({ kind: 'malformed_body', reason: 'The body could not be read as JSON in UTF-8.' });
  }
};
