import { AuthenticationError, Connection, metadataV12 } from '@platformatic/kafka';
import { type Timer, withTimeout } from '../../core/timer.ts';
import { clientOptions, findCause, type KafkaConnection, reasonOf, refusalsOf } from './client.ts';

/** What a cluster says to us. `writes` is false where we may not write to the topic. */
export type KafkaAnswer =
  | {
      readonly kind: 'topic';
      readonly broker: string;
      readonly partitions: number;
      readonly writes: boolean;
    }
  | { readonly kind: 'noTopic'; readonly broker: string }
  /** No broker answers as it should. */
  | { readonly kind: 'fault'; readonly broker: string; readonly reason: string; readonly isLogin: boolean };

const timeoutMs = 5_000;

/** Connects, logs in and asks about the topic, of the first broker that answers. Writes nothing. */
export const probeKafka = async (
  timer: Timer,
  connection: KafkaConnection,
  topic: string,
): Promise<KafkaAnswer> => {
  let answer: KafkaAnswer = { kind: 'fault', broker: '', reason: 'there is no broker', isLogin: false };
  for (const broker of connection.brokers) {
    answer = await askBroker(timer, connection, broker, topic);
    if (answer.kind !== 'fault') break;
  }
  return answer;
};

const askBroker = async (
  timer: Timer,
  connection: KafkaConnection,
  broker: string,
  topic: string,
): Promise<KafkaAnswer> => {
  const { clientId, bootstrapBrokers: _, ...options } = clientOptions(connection, timeoutMs);
  const client = new Connection(clientId, options);
  const fault = (reason: string, isLogin = false): KafkaAnswer => ({
    kind: 'fault',
    broker,
    reason,
    isLogin,
  });
  const ask = async (): Promise<KafkaAnswer> => {
    try {
      const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(broker) ?? [];
      await client.connect(host, Number(port));
      const { topics } = await metadataV12.api.async(client, [topic], false, true);
      const [found] = topics;
      if (found === undefined) return { kind: 'noTopic', broker };
      const writes = ((found.topicAuthorizedOperations >> writeBit) & 1) === 1;
      return { kind: 'topic', broker, partitions: found.partitions.length, writes };
    } catch (cause) {
      const refusals = refusalsOf(cause);
      if (refusals.includes('UNKNOWN_TOPIC_OR_PARTITION')) return { kind: 'noTopic', broker };
      // A user that may not even see the topic may not write to it.
      if (refusals.includes('TOPIC_AUTHORIZATION_FAILED'))
        return { kind: 'topic', broker, partitions: 0, writes: false };
      return fault(
        reasonOf(cause),
        findCause(cause, (each) => each instanceof AuthenticationError),
      );
    }
  };
  // The library reports a failed connection twice, and an event that nobody listens to would end the process.
  client.on('error', () => {});
  const answer = await withTimeout(timer, 2 * timeoutMs, ask(), () => fault('it does not answer'));
  await client.close().catch(() => {});
  return answer;
};

/** The bit of WRITE in the operations that a broker says are allowed. */
const writeBit = 4;
