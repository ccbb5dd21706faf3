import { type EventType, eventTypes } from '../core/event.ts';
import type { EventTarget } from '../core/eventTarget.ts';
import type { Log } from '../core/log.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import { sleep } from '../core/timer.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import { isPlainKafka } from './kafkaSettings.ts';
import { type Close, createStartError } from './process.ts';

/**
 * Subscribes Kafka to the events, and opens the way to it where this process has a worker. Without `KAFKA_BROKERS` it
 * does nothing and loads nothing. A process that only reads may not write the subscription.
 */
export const openKafka = async (
  { kafka, role, production, databaseWaitMs }: Config,
  { world, log }: { readonly world: World; readonly log: Log },
  store: Pick<Store, 'subscriptions'>,
  closers: Close[],
): Promise<readonly EventTarget[]> => {
  if (kafka === null || role === 'read') return [];
  if (production && isPlainKafka(kafka))
    log.warn('events may pass the network to Kafka as clear text: set KAFKA_SECURITY_PROTOCOL=SASL_SSL');
  await subscribe(store, kafka.topic, world, databaseWaitMs);
  if (role === 'checkout') return [];
  const { createKafkaTarget } = await import('../adapters/kafka/target.ts');
  const target = createKafkaTarget(world.timer, kafka.connection);
  closers.push(target.close);
  return [target];
};

/**
 * Writes the subscription of the topic, or adds the types that it does not have yet: a later version knows more of them.
 * Both wait for the transactions that append to histories. A start that finds all in order does not make them wait.
 */
const subscribe = async (
  { subscriptions }: Pick<Store, 'subscriptions'>,
  topic: string,
  world: World,
  waitMs: number,
): Promise<void> => {
  const deadline = world.timer.deadline(waitMs);
  for (;;) {
    const written = await subscribeOnce(subscriptions, topic, world);
    if (written.isOk()) return;
    if (deadline.remainingMs() <= 0)
      throw createStartError(`the subscription of Kafka cannot be written: ${written.error.reason}`);
    await sleep(world.timer, retryPauseMs);
  }
};

const retryPauseMs = 1_000;

const subscribeOnce = async (
  subscriptions: Store['subscriptions'],
  topic: string,
  { clock, ids }: World,
): AsyncResult<unknown> => {
  const known = await subscriptions.list('kafka');
  if (known.isErr()) return known;
  const nowMs = clock.nowMs();
  const found = known.value.find(({ target }) => target === topic);
  if (found === undefined) {
    const secret = null;
    const id = ids.next(nowMs);
    return subscriptions.create({ id, kind: 'kafka', target: topic, types: eventTypes, secret }, nowMs);
  }
  const types: readonly EventType[] = [...new Set([...found.types, ...eventTypes])];
  return types.length === found.types.length ? known : subscriptions.change({ id: found.id, types }, nowMs);
};
