import { Admin, Consumer, ListOffsetTimestamps, stringDeserializers } from '@platformatic/kafka';

export type ReadMessage = {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly partition: number;
  readonly offset: number;
};

/** All messages of a topic that are there now, each partition in its order. */
export const readTopic = async (address: string, topic: string): Promise<readonly ReadMessage[]> => {
  const ends = await endsOf(address, topic);
  let missing = [...ends.values()].reduce((sum, end) => sum + end, 0);
  const read: ReadMessage[] = [];
  if (missing === 0) return read;
  const consumer = new Consumer({
    clientId: 'tests',
    groupId: crypto.randomUUID(),
    bootstrapBrokers: [address],
    deserializers: stringDeserializers,
    autocommit: false,
  });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', maxWaitTime: 200 });
  for await (const { key, value, headers, partition, offset } of stream) {
    if (offset >= (ends.get(partition) ?? 0)) continue;
    read.push({ key, value, headers: Object.fromEntries(headers), partition, offset: Number(offset) });
    missing--;
    if (missing === 0) break;
  }
  await consumer.close(true);
  return read.toSorted((one, other) => one.partition - other.partition || one.offset - other.offset);
};

/** The offset after the last message of each partition. */
export const endsOf = async (address: string, topic: string): Promise<ReadonlyMap<number, number>> => {
  const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [address] });
  try {
    const { topics } = await admin.metadata({ topics: [topic] });
    const count = topics.get(topic)?.partitionsCount ?? 0;
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
      partitionIndex,
      timestamp: ListOffsetTimestamps.LATEST,
    }));
    const listed = await admin.listOffsets({ topics: [{ name: topic, partitions }] });
    return new Map(
      listed.flatMap(({ partitions: found }) =>
        found.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)] as const),
      ),
    );
  } finally {
    await admin.close();
  }
};
