import { err, ok, type Result } from 'neverthrow';
import { type BodyGate, type Bytes, type Permit, tooManyBodies } from './bodyGate.ts';
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

/** JSON has no parameters, so they change nothing. Many clients name the encoding, though, and it must be UTF-8. */
const jsonParameter = /^(?:charset="?utf-?8"?|(?!charset=)[\w-]+=(?:"[^"]*"|[^\s",]*))?$/;

const isJson = (headers: Headers): boolean => {
  const [type = '', ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  return (
    type.trim() === 'application/json' &&
    parameters.every((parameter) => jsonParameter.test(parameter.trim())) &&
    (headers.get('content-encoding') ?? 'identity').toLowerCase() === 'identity'
  );
};

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

/** A body that came to the door with a length, or in chunks. */
type Admission = {
  readonly gate: BodyGate;
  readonly bytes: number;
  /** The room that a large body holds from the door on. */
  readonly permit: Permit | null;
  reading: AsyncBody<Uint8Array> | null;
  cancel(): void;
};

const admissions = new WeakMap<Request, Admission>();

/**
 * Called at the door, before anything waits. The runtime buffers a body while its request waits, for the keys of its
 * token or for the database, so a large body takes its room here. Returns why it may not come in, or null.
 */
export const admitBody = (gate: BodyGate, request: Request): RequestFailure | null => {
  const { headers } = request;
  const length = contentLength(request);
  if (length === null ? !headers.has('transfer-encoding') : length === 0) return null;
  const bytes = length ?? bodyBytesMax;
  if (gate.isSmall(bytes)) {
    admissions.set(request, { gate, bytes, permit: null, reading: null, cancel: nothing });
    return null;
  }
  if (bytes > bodyBytesMax) return { kind: 'body_too_large' };
  const permit = gate.take(bytes);
  if (permit === null) return { kind: 'too_many_bodies' };
  const admission: Admission = { gate, bytes, permit, reading: null, cancel: nothing };
  admissions.set(request, admission);
  // A body in chunks could be of any size, so its bytes are counted from here on.
  if (length === null) admission.reading = readAdmitted(request, admission);
  return null;
};

/** True if a response must be followed by `releaseBody`. */
export const holdsBody = (request: Request): boolean => {
  const permit = admissions.get(request)?.permit;
  return permit !== undefined && permit !== null;
};

/** Called after the response, which may have come before the body was read. */
export const releaseBody = (request: Request): void => {
  const admission = admissions.get(request);
  admission?.cancel();
  admission?.permit?.release();
};

/** Reads the body without any change, because a signature covers its exact bytes. */
export const readBytes = (request: Request): AsyncBody<Uint8Array> => {
  const admission = admissions.get(request);
  if (admission === undefined) return startReading(request).bytes.then(resultOf, connectionLost);
  if (admission.permit === null) {
    // A small body holds no room after it is read, and its bytes would stay as long as its request: a checkout waits
    // seconds for its provider.
    admissions.delete(request);
    return readAdmitted(request, admission);
  }
  admission.reading ??= readAdmitted(request, admission);
  return admission.reading;
};

const readAdmitted = (request: Request, admission: Admission): AsyncBody<Uint8Array> => {
  const permit = admission.permit ?? admission.gate.take(admission.bytes);
  if (permit === null) return Promise.resolve(tooManyBodies);
  const { bytes, cancel } = startReading(request);
  admission.cancel = cancel;
  return permit.finish(bytes, resultOf, cancel);
};

type Reading = { readonly bytes: Promise<Bytes>; cancel(): void };

const startReading = (request: Request): Reading => {
  const length = contentLength(request);
  // The server enforces the Content-Length. Without that header we count the bytes.
  if (length === null) return request.body === null ? done(new Uint8Array()) : startCounted(request.body);
  return length > bodyBytesMax ? done('too_large') : { bytes: request.bytes(), cancel: nothing };
};

const nothing = (): void => {};
const done = (bytes: Bytes): Reading => ({ bytes: Promise.resolve(bytes), cancel: nothing });

/** Null without a length, or if the runtime has let through something else than one whole number. */
const contentLength = ({ headers }: Request): number | null => {
  const length = headers.get('content-length');
  return length !== null && /^\d{1,15}$/.test(length) ? Number(length) : null;
};

const resultOf = (bytes: Bytes): Result<Uint8Array, RequestFailure> => {
  if (bytes === 'too_large') return err({ kind: 'body_too_large' });
  return bytes === 'lost' ? connectionLost() : ok(bytes);
};

const connectionLost = (): Result<never, RequestFailure> =>
  err({
    kind: 'malformed_body',
    reason: 'The connection ended before the whole body arrived. Send the request again.',
  });

const startCounted = (stream: ReadableStream<Uint8Array>): Reading => {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  return { bytes: readCounted(reader).finally(cancel), cancel };
};

const readCounted = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Bytes> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength;
    if (size > bodyBytesMax) return 'too_large';
    chunks.push(next.value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
};

const parse = (text: string): Result<unknown, RequestFailure> => {
  if (text === '') return err({ kind: 'malformed_body', reason: 'The body is empty. Send a JSON value.' });
  try {
    return ok(JSON.parse(text));
  } catch {
    return err({ kind: 'malformed_body', reason: 'The body is not valid JSON. Check its syntax.' });
  }
};
