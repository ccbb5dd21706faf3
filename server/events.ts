import process from 'node:process';
import { parseArgs } from 'node:util';
import { Result } from 'neverthrow';
import { refusePending } from '../adapters/stored/migrations.ts';
import { createSystemWorld } from '../adapters/system/system.ts';
import { messageOf } from '../core/errorMessage.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import { shownTarget } from '../core/subscription.ts';
import type { World } from '../core/world.ts';
import { readCommandConfig } from './commandConfig.ts';
import type { Config } from './config.ts';
import { sqlitePathOf } from './databaseUrl.ts';
import { describeStartFailure, exitWithError } from './process.ts';
import { openOrExplain, openStore, refuseMissingFile } from './wiring.ts';

const usage = `Shows who receives events, and how far each is behind.

  bun run events [--end TOPIC]

  --end   ends the subscription of a topic of Kafka, and drops what it has not got. First stop the processes
          that have KAFKA_BROKERS with this topic, or start them without it: their next start subscribes it again.`;

const options = { end: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

const readArguments = Result.fromThrowable(() => parseArgs({ options, strict: true }).values, messageOf);

/** `bun run events`. Webhook endpoints are ended by the API; Kafka, which settings subscribe, is ended here. */
const main = async (): Promise<void> => {
  const parsed = readArguments();
  if (parsed.isErr()) return fail(`${parsed.error}\nSee: bun run events --help`);
  const values = parsed.value;
  if (values.help === true) return print(usage);
  const config = readCommandConfig();
  if (config.isErr())
    return fail(['some settings are wrong.', ...config.error.map((line) => `- ${line}`)].join('\n'));
  try {
    const world = createSystemWorld(config.value.shop);
    const store = await openOrExplain(config.value, async () => {
      refuseMissingFile(config.value.databaseUrl);
      refusePending(await pendingIn(config.value, world));
      return openStore(world, config.value);
    });
    await (values.end === undefined ? list(store) : end(store, values.end, config.value));
    await store.close();
  } catch (cause) {
    fail(describeStartFailure(cause, config.value));
  }
};

/** The migrations that opening the store would run. Who only looks does not change the database of older processes. */
const pendingIn = async ({ databaseUrl }: Config, world: World): Promise<readonly string[]> => {
  const path = sqlitePathOf(databaseUrl);
  if (path !== null) return (await import('../adapters/sqlite/inspect.ts')).inspectFile(path).pending;
  const { inspectPostgres } = await import('../adapters/postgres/inspect.ts');
  const inspection = inspectPostgres(world, databaseUrl);
  try {
    return await inspection.pending();
  } finally {
    await inspection.close();
  }
};

const list = async ({ events }: Store): Promise<void> => {
  const backlog = await unwrap(events.backlog());
  if (backlog.length === 0) return print('Nobody receives events.');
  for (const { subscription, events: waiting, isMore, oldestAtMs } of backlog) {
    const { id, kind, paused } = subscription;
    // Several endpoints may be at one host.
    const place = kind === 'webhook' ? `${shownTarget(subscription)}  ${id}` : shownTarget(subscription);
    const since = oldestAtMs === null ? '' : `, the oldest of ${new Date(oldestAtMs).toISOString()}`;
    const count = `${waiting}${isMore ? ' or more' : ''}`;
    print(`${kind}  ${place}${paused ? '  paused' : ''}  ${count} events wait${since}`);
  }
};

const end = async ({ subscriptions }: Store, topic: string, { kafka }: Config): Promise<void> => {
  if (kafka?.topic === topic)
    return fail(`KAFKA_BROKERS is set, so the next start would subscribe ${topic} again: remove it first`);
  const known = await unwrap(subscriptions.list('kafka'));
  const found = known.find(({ target }) => target === topic);
  if (found === undefined)
    return fail(
      `no topic ${topic} is subscribed. These are: ${known.map(({ target }) => target).join(', ') || 'none'}`,
    );
  await unwrap(subscriptions.end(found.id, createSystemWorld().clock.nowMs()));
  print(`The topic ${topic} gets no more events.`);
};

const unwrap = async <T>(asked: AsyncResult<T>): Promise<T> => {
  const result = await asked;
  if (result.isErr()) throw new Error(result.error.reason);
  return result.value;
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const fail = (reason: string): void => exitWithError(reason, 'The command');

await main();
