import { Consumer } from '@platformatic/kafka';
import { type KafkaBroker, startBroker } from '../../tests/fleet/kafkaBroker.ts';
import { endsOf } from '../../tests/fleet/kafkaReader.ts';
import { cpuSeconds } from '../processes.ts';
import type { Row } from '../row.ts';
import { createStartContender, type Receiver } from '../start/contender.ts';
import { createPostgresShop } from '../start/shop.ts';

export const events: Row = {
  name: 'events',
  about: 'what it costs that others hear: 64 connections check out while every event goes to Kafka',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const load = { connections: 64, warmUp: bench.scaleCount(5_000), count: bench.scaleCount(20_000) };
    const shop = await createPostgresShop(postgres, { count: load.warmUp + load.count, history: 20_000 });
    const broker = await startBroker();
    const options = { ...load, role: 'all' } as const;
    const match = await bench.runMatch({
      name: 'kafka',
      title: 'Checkouts a second with 64 connections, with and without events to Kafka',
      figure: 'perSecond',
      unit: 'checkouts/s',
      better: 'more',
      goal: 0.9,
      limits: [{ figure: 'lagP99Ms', most: 1_000 }],
      ours: createStartContender(bench, shop, {
        ...{ ...options, name: 'every event to Kafka' },
        receiver: createKafkaReceiver(broker),
      }),
      peers: [createStartContender(bench, shop, { ...options, name: 'nobody hears' })],
    });
    await broker.kill();
    await shop.remove();
    return {
      matches: [match],
      notes: ['The broker and a consumer share the two cores.'],
    };
  },
};

/** A topic for each round. The lag of an event is the time from its commit until a consumer has it. */
const createKafkaReceiver = (broker: KafkaBroker): Receiver => {
  let topic = '';
  let cpuBefore = 0;
  let heard: Awaited<ReturnType<typeof startConsumer>> | null = null;
  return {
    prepare: async () => {
      topic = `bench.${crypto.randomUUID()}`;
      await broker.createTopic(topic, 6);
      heard = await startConsumer(broker.address, topic);
      cpuBefore = cpuSeconds(broker.pid());
      return { KAFKA_BROKERS: broker.address, KAFKA_TOPIC: topic };
    },
    finish: async (url, fromMs) => {
      if (heard === null) throw new Error('no round was prepared');
      const endMs = performance.now();
      await waitUntilHeard(url);
      const eventDrainSeconds = (performance.now() - endMs) / 1_000;
      const brokerCpu = cpuSeconds(broker.pid()) - cpuBefore;
      const sent = [...(await endsOf(broker.address, topic)).values()].reduce((sum, end) => sum + end, 0);
      while (heard.arrivals.length < sent) await Bun.sleep(20);
      await heard.stop();
      const lags = heard.arrivals
        .filter(({ atMs }) => atMs >= fromMs)
        .map(({ atMs, arrivedMs }) => arrivedMs - atMs)
        .toSorted((one, other) => one - other);
      const lagAt = (share: number) => lags[Math.floor(lags.length * share)] ?? Number.NaN;
      return {
        ...{ events: lags.length, lagP50Ms: lagAt(0.5), lagP99Ms: lagAt(0.99), eventDrainSeconds },
        brokerCpuUsPerEvent: (brokerCpu / sent) * 1e6,
      };
    },
  };
};

const startConsumer = async (address: string, topic: string) => {
  const consumer = new Consumer({ clientId: 'bench', groupId: topic, bootstrapBrokers: [address] });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
  const arrivals: { readonly atMs: number; readonly arrivedMs: number }[] = [];
  stream.on('data', ({ timestamp }) => {
    arrivals.push({ atMs: Number(timestamp), arrivedMs: Date.now() });
  });
  return { arrivals, stop: () => consumer.close(true) };
};

const waitUntilHeard = async (url: string): Promise<void> => {
  const sql = new Bun.SQL(url, { max: 1 });
  for (let left = 1; left > 0; ) {
    const [row] = await sql`
      select (select count(*) from event)::integer + (select count(*) from event_batch)::integer as left`;
    left = row.left;
    if (left > 0) await Bun.sleep(20);
  }
  await sql.end();
};
