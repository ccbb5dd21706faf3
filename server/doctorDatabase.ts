import type { Inspection } from '../adapters/postgres/inspect.ts';
import { type SubscribedTopic, topicEventsMax } from '../adapters/stored/subscription.ts';
import { skewWarningMs } from '../core/clockSkew.ts';
import { messageOf } from '../core/errorMessage.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import { addressOf, sqlitePathOf } from './databaseUrl.ts';
import type { Finding } from './doctorReport.ts';
import { adviceFor, outageReasonOf } from './wiring.ts';

/** With less room, a shop with some traffic has hours to days. */
const leastFreeBytes = 256 * 1024 ** 2;

type Settings = Pick<Config, 'databaseUrl' | 'role' | 'kafka'>;

export const checkDatabase = async (world: World, settings: Settings): Promise<readonly Finding[]> => {
  const path = sqlitePathOf(settings.databaseUrl);
  if (path === ':memory:')
    return [ok('is in memory: a restart loses it. For real use set DATABASE_URL to a file or a server')];
  return path === null ? checkServer(world, settings) : checkFile(settings, path);
};

const checkFile = async (
  { databaseUrl: url, kafka }: Settings,
  path: string,
): Promise<readonly Finding[]> => {
  const { inspectFile } = await import('../adapters/sqlite/inspect.ts');
  try {
    const { exists, pending, freeBytes, topics } = inspectFile(path);
    const megabytes = Math.floor(freeBytes / 1024 ** 2);
    return [
      ok(exists ? `${url} can be read and written` : `${url} does not exist yet; the first start creates it`),
      ...(exists ? [migrationsOf(pending)] : []),
      ...findLeftTopics(topics, kafka),
      freeBytes >= leastFreeBytes
        ? ok(`its disk has ${megabytes} MiB left`)
        : wrong(`its disk has only ${megabytes} MiB left`, 'make room, or move the file to a larger disk'),
    ];
  } catch (cause) {
    return [await failureOf(url, cause)];
  }
};

const checkServer = async (
  world: World,
  { databaseUrl: url, role, kafka }: Settings,
): Promise<readonly Finding[]> => {
  const { inspectPostgres } = await import('../adapters/postgres/inspect.ts');
  const inspection = inspectPostgres(world, url);
  const readOnly = role === 'read';
  /** A check that fails is a finding, and the next one still runs. */
  const attempt = async (check: () => Promise<Finding>): Promise<Finding> =>
    check().catch((cause: unknown) => failureOf(url, cause));
  try {
    const version = await attempt(async () =>
      ok(`${addressOf(url)} answers, PostgreSQL ${await inspection.version()}`),
    );
    if (version.state === 'wrong') return [version];
    return [
      version,
      ...(await checkSchema(inspection, readOnly, attempt)),
      ...(await checkPartitions(inspection, attempt)),
      ...(readOnly ? [] : [await attempt(() => inspection.write().then(() => ok('it takes writes')))]),
      await attempt(async () => clockOf(await inspection.skewMs())),
      // What makes this fail is said by the checks above.
      ...findLeftTopics(await inspection.topics().catch(() => []), kafka),
    ];
  } finally {
    await inspection.close();
  }
};

const checkSchema = async (
  { pending, rights }: Inspection,
  readOnly: boolean,
  attempt: (check: () => Promise<Finding>) => Promise<Finding>,
): Promise<readonly Finding[]> => {
  let migrates = false;
  const migrations = await attempt(async () => {
    const files = await pending();
    migrates = files.length > 0;
    return migrationsOf(files);
  });
  // The rights that a start needs depend on what it has to create.
  if (migrations.state === 'wrong') return [migrations];
  const allowed = await attempt(() =>
    rights({ migrates, readOnly }).then(() => ok('its user has the rights that a start needs')),
  );
  return [migrations, allowed];
};

/** Nothing is said of tables that are in no partitions. */
const checkPartitions = async (
  { partitions }: Inspection,
  attempt: (check: () => Promise<Finding>) => Promise<Finding>,
): Promise<readonly Finding[]> => {
  let isPartitioned = true;
  const finding = await attempt(async () => {
    const { end, warning } = await partitions();
    isPartitioned = end !== null;
    return warning === null
      ? ok(`its monthly partitions reach to ${end}`)
      : wrong(warning, 'run bun run partition as the owner of the tables');
  });
  return isPartitioned ? [finding] : [];
};

const migrationsOf = (pending: readonly string[]): Finding =>
  ok(
    pending.length === 0
      ? 'its tables are those of this version'
      : `the next start runs ${pending.length === 1 ? 'one migration' : `${pending.length} migrations`}`,
  );

const clockOf = (skewMs: number): Finding =>
  Math.abs(skewMs) <= skewWarningMs
    ? ok('its clock agrees with that of this machine')
    : wrong(
        `its clock is ${Math.abs(skewMs)} ms ${skewMs > 0 ? 'ahead of' : 'behind'} that of this machine`,
        'set both clocks by NTP, such as with chrony or systemd-timesyncd',
      );

/** Topics that are subscribed, and that no setting of ours leads to: their events wait until they are too old. */
const findLeftTopics = (topics: readonly SubscribedTopic[], kafka: Config['kafka']): readonly Finding[] =>
  topics
    .filter(({ topic }) => topic !== kafka?.topic)
    .map(({ topic, events }) =>
      wrong(
        `${kafka === null ? 'KAFKA_BROKERS is not set' : `KAFKA_TOPIC is ${kafka.topic}`}, but the topic ${topic} of Kafka is subscribed: ${events > topicEventsMax ? `more than ${topicEventsMax}` : events} events wait for it`,
        `set ${kafka === null ? 'KAFKA_BROKERS' : 'KAFKA_TOPIC'} as the other processes have it, or end the subscription: bun run events --end ${topic}`,
      ),
    );

const failureOf = async (url: string, cause: unknown): Promise<Finding> => {
  const reason = (await outageReasonOf(url, cause)) ?? messageOf(cause);
  return wrong(`${addressOf(url)}: ${reason}`, await adviceFor(url, cause));
};

const ok = (text: string): Finding => ({ part: 'database', state: 'ok', text });
const wrong = (text: string, advice: string | null): Finding => ({
  part: 'database',
  state: 'wrong',
  text,
  advice,
});
