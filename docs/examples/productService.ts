/**
 * An example of a service that listens to the events of orders: it keeps how many units of each product are sold. Start it
 * with `KAFKA_BROKERS=127.0.0.1:9092 bun docs/examples/productService.ts`.
 *
 * Kafka brings each event at least once. The service writes the id of an event and what it changes in one transaction, so
 * a repeat changes nothing, and a crash leaves both or neither. What it cannot read goes to a dead-letter topic.
 */
import { Database } from 'bun:sqlite';
import {
  Consumer,
  type Message,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';

type Settings = {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Where messages go that cannot be read. */
  readonly deadLetters: string;
  readonly file: string;
};

type OrderEvent = {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly data: {
    readonly order?: { readonly product: { readonly code: string }; readonly quantity: number };
  };
};

const openReadModel = (file: string) => {
  const database = new Database(file, { create: true, strict: true });
  // First of all: after a crash, whoever opens the file next repairs it, and others wait.
  database.run('pragma busy_timeout = 5000');
  database.run('pragma journal_mode = wal');
  database.run('create table if not exists product (code text primary key, sold integer not null) strict');
  // A real service deletes ids that are older than the topic keeps its messages.
  database.run('create table if not exists heard (id text primary key) strict, without rowid');
  const insertId = database.query('insert into heard (id) values ($id) on conflict do nothing');
  const addUnits = database.query(`
    insert into product (code, sold) values ($code, $units)
    on conflict (code) do update set sold = sold + excluded.sold`);
  return {
    /** One transaction: the id of the event, and what it changes. Does nothing at a repeat. */
    apply: database.transaction(({ id, type, data: { order } }: OrderEvent): void => {
      if (insertId.run({ id }).changes === 0) return;
      const sign = { 'order.paid': 1, 'order.refunded': -1 }[type];
      // New types of events can come at any time. They mean nothing to this service.
      if (sign === undefined || order === undefined) return;
      addUnits.run({ code: order.product.code, units: sign * order.quantity });
    }),
    close: () => database.close(),
  };
};

/** Null if it is no event of an order or checkout. */
const readEvent = (text: string | undefined): OrderEvent | null => {
  try {
    const event: Partial<OrderEvent> & { readonly specversion?: string } = JSON.parse(text ?? '');
    const { id, type, subject, data, specversion } = event;
    return specversion === '1.0' && id && type && subject && data ? { id, type, subject, data } : null;
  } catch {
    return null;
  }
};

/** Listens until it is closed. Rejects if Kafka or the file fails: a supervisor starts it again. */
export const runProductService = async ({ brokers, topic, deadLetters, file }: Settings): Promise<void> => {
  const client = { clientId: 'product-service', bootstrapBrokers: [...brokers] };
  const model = openReadModel(file);
  const producer = new Producer({ ...client, idempotent: true, retries: 5, serializers: stringSerializers });
  const consumer = new Consumer({
    ...client,
    groupId: 'product-service',
    deserializers: stringDeserializers,
    // An offset is committed by hand, after the transaction: what a crash leaves uncommitted comes again.
    autocommit: false,
    // A member that was killed is replaced after this time.
    sessionTimeout: 6_000,
    heartbeatInterval: 1_000,
  });
  const bury = async ({
    key,
    value,
    topic: from,
    partition,
    offset,
  }: Message<string, string, string, string>) => {
    // After a crash it may be sent twice. The headers tell which message it is.
    const headers = { topic: from, partition: String(partition), offset: String(offset) };
    await producer.send({ messages: [{ topic: deadLetters, key, value, headers }] });
  };
  /** The last message of each partition that is done. */
  const last = new Map<number, Message<string, string, string, string>>();
  let handled = 0;
  const stream = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest' });
  for await (const message of stream) {
    const event = readEvent(message.value);
    if (event === null) await bury(message);
    else model.apply(event);
    last.set(message.partition, message);
    if (++handled % commitEvery === 0) await Promise.all([...last.values()].map((each) => each.commit()));
  }
};

/** An offset that is not committed yet costs repeats at the next start, and nothing else. */
const commitEvery = 100;

if (import.meta.main) {
  const { KAFKA_BROKERS = '127.0.0.1:9092', KAFKA_TOPIC = 'cartwright.orders' } = Bun.env;
  const { DEAD_LETTERS = `${KAFKA_TOPIC}.product-service.dead`, READ_MODEL = 'products.db' } = Bun.env;
  await runProductService({
    brokers: KAFKA_BROKERS.split(','),
    topic: KAFKA_TOPIC,
    deadLetters: DEAD_LETTERS,
    file: READ_MODEL,
  });
}
