import type { Buffer } from 'node:buffer';
import { type IncomingMessage, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Receiver } from './receiver.ts';

/** The first 64 KiB of an answer are read, and no more. */
const answerBytesMax = 65_536;

export type Answer = { readonly status: number; readonly retryAfter: string | undefined };

type Post = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Ends the request, with its connection. */
  readonly signal: AbortSignal;
  /** Tests have a certificate authority of their own. */
  readonly ca?: string | undefined;
};

/**
 * Sends one request to a checked address of the receiver, and to the next one only if nobody takes the connection. The
 * address is connected to and no name, so that no second answer of a name server counts. TLS and `Host` have the name.
 * Redirects are not followed.
 */
export const post = async (receiver: Receiver, request: Post): Promise<Answer> => {
  for (const [index, address] of receiver.addresses.entries()) {
    try {
      return await postTo(address, receiver, request);
    } catch (cause) {
      const isLast = index === receiver.addresses.length - 1;
      if (isLast || request.signal.aborted || !unreachable.has(codeOf(cause) ?? '')) throw cause;
    }
  }
  throw new Error('the receiver has no address');
};

/** Failures before a connection stands, so that the request was not sent. */
const unreachable: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'],
  // Bun has its own word.
  ...['ConnectionRefused', 'FailedToOpenSocket'],
]);

const postTo = (
  address: string,
  { url, host }: Receiver,
  { headers, body, signal, ca }: Post,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const isTls = url.protocol === 'https:';
    const send = isTls ? requestByHttps : requestByHttp;
    const sent = send({
      host: address,
      port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: { ...headers, host: url.host, 'content-length': String(body.byteLength) },
      // A connection that is kept could be used for another name at the same address.
      agent: false,
      signal,
      ...(isTls && isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
    });
    let answer: Answer | null = null;
    const settle = (cause: unknown) => (answer === null ? reject(cause) : resolve(answer));
    const readHead = ({ statusCode, headers: received }: IncomingMessage) => {
      answer = { status: statusCode ?? 0, retryAfter: received['retry-after'] };
    };
    const closed = new Error('the connection was closed without an answer');
    const end = () => {
      settle(closed);
      sent.destroy();
    };
    sent.on('error', settle);
    sent.on('response', (response) => {
      readHead(response);
      readToEnd(response, end);
    });
    // An answer 101 is no response for the client: it gives the connection away, and says nothing more.
    sent.on('upgrade', (response, socket) => {
      readHead(response);
      socket.destroy();
      end();
    });
    // Not every end of a connection is an error. A request that never settles would hold up its endpoint forever.
    sent.on('close', end);
    signal.addEventListener('abort', end);
    sent.end(body);
  });

/** The status is the answer. What comes after it is read so that the receiver can end well, and is not kept. */
const readToEnd = (response: IncomingMessage, done: () => void): void => {
  let bytes = 0;
  response.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax) done();
  });
  for (const end of ['end', 'close', 'error', 'aborted']) response.on(end, done);
};

/** The code of a failed connection. Messages differ between runtimes and may contain the URL; a code does neither. */
export const codeOf = (cause: unknown): string | null => {
  const errors = cause instanceof Error ? [cause, cause.cause] : [];
  const codes = errors.map((error) => (error instanceof Error && 'code' in error ? error.code : undefined));
  return codes.find((code): code is string => typeof code === 'string') ?? null;
};
