import { isIP } from 'node:net';
import type { BaseOptions } from '@platformatic/kafka';

/** How to reach a cluster. */
export type KafkaConnection = {
  /** The first brokers to ask, each as `host:port`. They name the others. */
  readonly brokers: readonly string[];
  /** Null: no TLS. */
  readonly tls: KafkaTls | null;
  /** Null: no login. */
  readonly login: KafkaLogin | null;
};

/** In PEM. What is null is the system's own authorities, or no certificate of ours. */
type KafkaTls = {
  readonly ca: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
};

type KafkaLogin = {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
};

/** The options of the library for a connection. A request without an answer ends after `timeoutMs`. */
export const clientOptions = (
  { brokers, tls, login }: KafkaConnection,
  timeoutMs: number,
): BaseOptions & { readonly requestTimeout: number } => ({
  clientId: 'cartwright',
  bootstrapBrokers: [...brokers],
  connectTimeout: timeoutMs,
  requestTimeout: timeoutMs,
  timeout: timeoutMs,
  autocreateTopics: false,
  ...(tls !== null && {
    tls: {
      ...(tls.ca !== null && { ca: tls.ca }),
      ...(tls.certificate !== null && { cert: tls.certificate }),
      ...(tls.key !== null && { key: tls.key }),
    },
    // Clusters behind one address find the broker by the name in the handshake. An address is no name.
    tlsServerName: !brokers.some((broker) => isIP(broker.replace(/:\d+$/, '')) > 0),
  }),
  ...(login !== null && { sasl: login }),
});

/** What went wrong, in the words of the innermost errors: the outer ones say only how often it was tried. */
export const reasonOf = (cause: unknown): string => {
  const reasons = [...new Set(innermost(cause).map(wordsOf))];
  return reasons.join('; ').slice(0, reasonMax);
};

const reasonMax = 300;

const innermost = (cause: unknown): readonly unknown[] => {
  if (cause instanceof AggregateError && cause.errors.length > 0) return cause.errors.flatMap(innermost);
  return cause instanceof Error && cause.cause instanceof Error ? innermost(cause.cause) : [cause];
};

/** Whether an error, or one that led to it, is such a one. */
export const findCause = (cause: unknown, isSuch: (each: Error) => boolean): boolean => {
  if (!(cause instanceof Error)) return false;
  const inner = cause instanceof AggregateError ? cause.errors : [cause.cause];
  return isSuch(cause) || inner.some((each) => findCause(each, isSuch));
};

const wordsOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  const said = [cause.message, codeOf(cause)].filter((text) => text !== '');
  return [...new Set(said)].join(' ');
};

/** The broker's word for a refusal, such as `TOPIC_AUTHORIZATION_FAILED`. Empty if it is none. */
const codeOf = (cause: Error): string => {
  if ('apiId' in cause) return `(${cause.apiId})`;
  // Where a runtime gives no message for a failed connection, its code says which it was.
  return cause.message === '' && 'code' in cause ? String(cause.code) : '';
};

/** The words of the broker in an error: `TOPIC_AUTHORIZATION_FAILED`, … */
export const refusalsOf = (cause: unknown): readonly string[] =>
  innermost(cause).flatMap((each) =>
    each instanceof Error && 'apiId' in each && typeof each.apiId === 'string' ? [each.apiId] : [],
  );
