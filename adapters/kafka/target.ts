import { Buffer } from 'node:buffer';
import { type MessageToProduce, Producer } from '@platformatic/kafka';
import type { EventTarget } from '../../core/eventTarget.ts';
import type { LeasedEvent } from '../../core/relay.ts';
import { type Timer, withTimeout } from '../../core/timer.ts';
import { clientOptions, type KafkaConnection, reasonOf, refusalsOf } from './client.ts';
import { cloudEventOf, cloudEventType } from './cloudEvent.ts';
import { partitionHash } from './partitionHash.ts';
import { sendInParts } from './parts.ts';

/** More than a busy shop makes while a batch is being sent, and more than one statement makes. */
const batchMax = 2_000;

/** How long the broker may take for one request. */
const requestMaxMs = 5_000;

/** A send is given up after this part of its lease, so that its report comes before the lease ends. */
const shareOfLease = 0.8;

export type KafkaTarget = EventTarget & { close(): Promise<void> };

/** Sends events to the topic that the subscription names, keyed by the order or checkout. */
export const createKafkaTarget = (timer: Timer, connection: KafkaConnection): KafkaTarget => {
  let producer: KafkaProducer | null = null;

  /**
   * A producer that has failed is not used again: it may have requests on their way, and it counts what it has sent. The
   * next batch begins with a new one.
   */
  const discard = async (): Promise<void> => {
    const old = producer;
    producer = null;
    await old?.close(true).catch(() => {});
  };

  const sendPart = async (messages: readonly Message[], deadlineMs: number): Promise<unknown> => {
    producer ??= openProducer(connection, Math.min(requestMaxMs, deadlineMs));
    const sent = producer.send({ messages: [...messages] }).then(
      () => null,
      (cause: unknown) => cause ?? new Error('the client gave no reason'),
    );
    const late = () => new Error(`no acknowledgement within ${Math.round(deadlineMs)} ms`);
    const failure = await withTimeout(timer, deadlineMs, sent, late);
    if (failure !== null) void discard();
    return failure;
  };

  return {
    kind: 'kafka',
    batchMax,
    // A key has one partition, and an idempotent producer writes to it in the order of its calls.
    keepsOrder: true,
    send: async ({ target: topic }, events, leaseMs) => {
      const deadline = timer.deadline(leaseMs * shareOfLease);
      return sendInParts(events, async (part) => {
        const messages = part.map((event) => messageOf(topic, event));
        const failure = await sendPart(messages, Math.max(1, deadline.remainingMs()));
        if (failure === null) return null;
        const isOfRecords = refusalsOf(failure).some((refusal) => refusedRecords.has(refusal));
        return { error: reasonOf(failure), isOfRecords };
      });
    },
    close: discard,
  };
};

const refusedRecords = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD']);

type KafkaProducer = Producer<Buffer, Buffer, Buffer, Buffer>;
type Message = MessageToProduce<Buffer, Buffer, Buffer, Buffer>;

/** Idempotent: what the client repeats by itself is written once. All replicas in sync must have it. */
const openProducer = (connection: KafkaConnection, timeoutMs: number): KafkaProducer => {
  const producer: KafkaProducer = new Producer({
    ...clientOptions(connection, timeoutMs),
    idempotent: true,
    // Two at least: with fewer the library repeats forever.
    retries: 2,
    retryDelay: 200,
  });
  // A connection that breaks during its login emits two errors, and the library listens to one. An error without a
  // listener would end the process. What was being sent has failed already.
  producer.connections.on('connecting', ({ connection: opened }) => opened.on('error', () => {}));
  return producer;
};

const messageOf = (topic: string, event: LeasedEvent): Message => {
  const key = Buffer.from(event.subject);
  return {
    topic,
    key,
    partition: partitionHash(key),
    value: Buffer.from(cloudEventOf(event)),
    headers,
    timestamp: BigInt(event.atMs),
  };
};

const headers = new Map([[Buffer.from('content-type'), Buffer.from(cloudEventType)]]);
