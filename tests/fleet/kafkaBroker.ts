import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { createScratchFolder, killOnExit } from '../processes/cleanup.ts';
import { freePort } from '../processes/server.ts';
import { downloadKafka } from './kafkaJars.ts';

/** A real broker of Kafka in one process, that is its own controller. */
export type KafkaBroker = {
  /** Of the listener without TLS and login. */
  readonly address: string;
  /** Of the listener with TLS and a login. */
  readonly securedAddress: string;
  /** Starts it again after `kill`, on the same ports and data. */
  start(): Promise<void>;
  /** With SIGKILL. */
  kill(): Promise<void>;
  createTopic(topic: string, partitions: number): Promise<void>;
  pid(): number;
};

/** A listener with TLS and logins, and rights to topics. The one without them may do everything. */
export type BrokerSecurity = {
  /** A PEM file with the certificate and the key of the broker. */
  readonly keystore: string;
  readonly users: Readonly<Record<string, string>>;
  /** The user that may write to every topic. The others may only look. */
  readonly writer: string;
};

/** Whether a broker can run here. With `REQUIRE_KAFKA=1` a missing Java is an error. */
export const kafkaAvailable = (): boolean => {
  const found = spawnSync('java', ['-version']).status === 0;
  if (!found && process.env.REQUIRE_KAFKA === '1') throw new Error('there is no Java for Kafka');
  if (!found) console.warn('the tests with Kafka are SKIPPED: there is no Java');
  return found;
};

export const startBroker = async (security: BrokerSecurity | null = null): Promise<KafkaBroker> => {
  const classPath = await downloadKafka();
  const folder = createScratchFolder('kafka', { inMemory: true });
  const [plain, secured, controller] = await Promise.all([freePort(), freePort(), freePort()]);
  const address = `127.0.0.1:${plain}`;
  const properties = join(folder, 'server.properties');
  const lines = [
    ...ownLines({ plain, secured, controller }, join(folder, 'logs'), security !== null),
    ...(security === null ? [] : securityLines(security)),
  ];
  writeFileSync(properties, lines.join('\n'));
  const logins = Object.entries(security?.users ?? {}).map(
    ([name, password]) => `SCRAM-SHA-512=[name=${name},password=${password}]`,
  );
  execFileSync('java', [
    ...['-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties],
    ...logins.flatMap((login) => ['--add-scram', login]),
  ]);

  let broker: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const memory = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    broker = spawn('java', [...memory, '-cp', classPath, 'kafka.Kafka', properties], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    killOnExit(broker);
    await waitUntilAnswers(address, broker);
  };
  await start();
  if (security !== null) await allow(address, security);
  return {
    address,
    securedAddress: `localhost:${secured}`,
    start,
    kill: async () => {
      if (broker === null || broker.exitCode !== null || broker.signalCode !== null) return;
      const exited = once(broker, 'exit');
      broker.kill('SIGKILL');
      await exited;
    },
    createTopic: (topic, partitions) =>
      withAdmin(address, async (admin) => {
        await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
      }),
    pid: () => broker?.pid ?? 0,
  };
};

/** Any 16 bytes in base64url. */
const clusterId = '5sCyYAM8T5-Fh_F5yZ_4Yg';

type Ports = { readonly plain: number; readonly secured: number; readonly controller: number };

const ownLines = ({ plain, secured, controller }: Ports, data: string, isSecured: boolean) => [
  'process.roles=broker,controller',
  'node.id=1',
  `controller.quorum.voters=1@127.0.0.1:${controller}`,
  'controller.listener.names=CONTROLLER',
  `listeners=PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller}${isSecured ? `,SASL_SSL://localhost:${secured}` : ''}`,
  `log.dirs=${data}`,
  'auto.create.topics.enable=false',
  'offsets.topic.num.partitions=1',
  'offsets.topic.replication.factor=1',
  'transaction.state.log.num.partitions=1',
  'transaction.state.log.replication.factor=1',
  'transaction.state.log.min.isr=1',
  'share.coordinator.state.topic.replication.factor=1',
  'share.coordinator.state.topic.min.isr=1',
  'group.initial.rebalance.delay.ms=0',
];

const securityLines = ({ keystore, users }: BrokerSecurity) => {
  const plainUsers = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  const listener = 'listener.name.sasl_ssl';
  return [
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512',
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${keystore}`,
    `${listener}.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required ${plainUsers.join(' ')};`,
    `${listener}.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;`,
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users=User:ANONYMOUS',
  ];
};

/** Everybody may look at topics, and one user may write to them. */
const allow = (address: string, { users, writer }: BrokerSecurity): Promise<void> =>
  withAdmin(address, async (admin) => {
    const topics = {
      resourceType: ResourceTypes.TOPIC,
      resourceName: '*',
      resourcePatternType: ResourcePatternTypes.LITERAL,
      host: '*',
      permissionType: AclPermissionTypes.ALLOW,
    };
    const creations = Object.keys(users).flatMap((name) => [
      { ...topics, principal: `User:${name}`, operation: AclOperations.DESCRIBE },
      ...(name === writer ? [{ ...topics, principal: `User:${name}`, operation: AclOperations.WRITE }] : []),
    ]);
    await admin.createAcls({ creations });
  });

const withAdmin = async <T>(address: string, run: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [address], retries: 5, retryDelay: 200 });
  try {
    return await run(admin);
  } finally {
    await admin.close();
  }
};

/** Waits until the broker says who is in its cluster, for at most two minutes. */
const waitUntilAnswers = async (address: string, broker: ChildProcess): Promise<void> => {
  let output = '';
  for (const stream of [broker.stdout, broker.stderr])
    stream?.on('data', (chunk) => {
      output = (output + chunk).slice(-4_000);
    });
  const untilMs = Date.now() + 120_000;
  while (Date.now() < untilMs && broker.exitCode === null && broker.signalCode === null) {
    const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [address], retries: 0 });
    try {
      const { brokers } = await admin.metadata({ topics: [] });
      if (brokers.size > 0) return;
    } catch {
      // Not yet.
    } finally {
      await admin.close();
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Kafka did not start: ${output}`);
};
