import { err, ok, type Result } from 'neverthrow';
import type { Check } from './check.ts';
import type { RequestFailure } from './failures.ts';

/** Limit of the body, in bytes, as sent. */
const bodyBytesMax = 1024 * 1024;

/**
 * Reads the JSON body and checks it. Routes call this after they know the caller. Elysia's own parser is not
 * used: it reads the body before the caller is known, accepts forms, and converts "5" to 5.
 */
export const readBody = <T>(request: Request, check: Check<T>): AsyncBody<T> =>
  isJson(request.headers)
    ? readText(request).then((text) => text.andThen(parse).andThen(check.read))
    : Promise.resolve(err({ kind: 'unsupported_media_type' }));

type AsyncBody<T> = Promise<Result<T, RequestFailure>>;

const jsonType = /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i;

const isJson = (headers: Headers): boolean =>
  jsonType.test(headers.get('content-type') ?? '') &&
  (headers.get('content-encoding') ?? 'identity') === 'identity';

/** `Request.text` would replace bytes that are not UTF-8, and nobody could tell them from a U+FFFD that was sent. */
const readText = (request: Request): AsyncBody<string> =>
  readBytes(request).then((bytes) => bytes.andThen(decode));

const decoder = new TextDecoder('utf-8', { fatal: true });

const decode = (bytes: Uint8Array): Result<string, RequestFailure> => {
  try {
    return ok(decoder.decode(bytes));
  } catch {
    return err({ kind: 'malformed_body', reason: 'The body is not valid UTF-8. Check its encoding.' });
  }
};

/** Reads the body without any change, because a signature covers its exact bytes. */
export const readBytes = (request: Request): AsyncBody<Uint8Array> => {
  const length = contentLength(request);
  // The server enforces the Content-Length. Without that header we count the bytes.
  if (length === null)
    return request.body === null
      ? Promise.resolve(ok(new Uint8Array()))
      : readCounted(request.body).catch(connectionLost);
  return length > bodyBytesMax
    ? Promise.resolve(err({ kind: 'body_too_large' }))
    : request.bytes().then(completeBody, connectionLost);
};

const contentLength = ({ headers }: Request): number | null => {
  const length = headers.get('content-length');
  return length === null ? null : Number(length);
};

const completeBody = <T>(body: T): Result<T, RequestFailure> => ok(body);

const connectionLost = (): Result<never, RequestFailure> =>
  err({
    kind: 'malformed_body',
    reason: 'The connection ended before the whole body arrived. Send the request again.',
  });

const readCounted = async (body: ReadableStream<Uint8Array>): AsyncBody<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > bodyBytesMax) return err({ kind: 'body_too_large' });
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return ok(bytes);
};

const parse = (text: string): Result<unknown, RequestFailure> => {
  if (text === '') return err({ kind: 'malformed_body', reason: 'The body is empty. Send a JSON value.' });
  try {
    return ok(JSON.parse(text));
  } catch {
    return err({ kind: 'malformed_body', reason: 'The body is not valid JSON. Check its syntax.' });
  }
};
