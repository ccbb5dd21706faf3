import { Consumer } from '@platformatic/kafka';
import { type KafkaBroker, startBroker } from '../../tests/fleet/kafkaBroker.ts';
import { endsOf } from '../../tests/fleet/kafkaReader.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, MatchResult, Row } from '../row.ts';
import { createStartContender, type Load, type Receiver } from '../start/contender.ts';
import { type Arrival, lagsOf, waitUntilHeard } from '../start/heard.ts';
import { createPostgresShop, type Shop } from '../start/shop.ts';
import { createWebhookReceiver } from '../start/webhookReceiver.ts';

export const events: Row = {
  name: 'events',
  about:
    'what it costs that others hear: 64 connections check out while every event goes to Kafka, and to webhook endpoints',
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
        ...options,
        name: 'every event to Kafka',
        receiver: createKafkaReceiver(broker),
      }),
      peers: [createStartContender(bench, shop, { ...options, name: 'nobody hears' })],
    });
    await broker.kill();
    const webhooks = await runWebhookMatches(bench, shop, load);
    await shop.remove();
    return {
      matches: [match, ...webhooks],
      notes: ['The broker and a consumer, or the receivers of the webhooks, share the two cores.'],
    };
  },
};

/** The same as for Kafka. Each event is a request of its own, so ten endpoints get fewer checkouts. */
const runWebhookMatches = async (
  bench: Bench,
  shop: Shop,
  load: Pick<Load, 'connections' | 'warmUp' | 'count'>,
): Promise<readonly MatchResult[]> => {
  const matches: MatchResult[] = [];
  for (const endpoints of [1, 10]) {
    const part = (count: number) => Math.ceil(count / endpoints);
    const options = { ...load, warmUp: part(load.warmUp), count: part(load.count), role: 'all' } as const;
    const receivers = `${endpoints} webhook endpoint${endpoints === 1 ? '' : 's'}`;
    const receiver = createWebhookReceiver(endpoints);
    matches.push(
      await bench.runMatch({
        name: `webhooks-${endpoints}`,
        title: `Checkouts a second with 64 connections, with and without events to ${receivers}`,
        figure: 'perSecond',
        unit: 'checkouts/s',
        better: 'more',
        goal: 0.9,
        limits: [{ figure: 'lagP99Ms', most: 1_000 }],
        ours: createStartContender(bench, shop, {
          ...options,
          name: `every event to ${receivers}`,
          receiver,
        }),
        peers: [createStartContender(bench, shop, { ...options, name: 'nobody hears' })],
      }),
    );
  }
  return matches;
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
      return {
        ...lagsOf(heard.arrivals, fromMs),
        eventDrainSeconds,
        brokerCpuUsPerEvent: (brokerCpu / sent) * 1e6,
      };
    },
  };
};

const startConsumer = async (address: string, topic: string) => {
  const consumer = new Consumer({ clientId: 'bench', groupId: topic, bootstrapBrokers: [address] });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
  const arrivals: Arrival[] = [];
  stream.on('data', ({ timestamp }) => {
    arrivals.push({ atMs: Number(timestamp), arrivedMs: Date.now() });
  });
  return { arrivals, stop: () => consumer.close(true) };
};
