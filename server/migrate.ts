import process from 'node:process';
import { createSystemWorld } from '../adapters/system/system.ts';
import { readCommandConfig } from './commandConfig.ts';
import type { Config } from './config.ts';
import { addressOf } from './databaseUrl.ts';
import { createLog } from './log.ts';
import { isToRun } from './plainCommand.ts';
import { describeStartFailure, exitWithError } from './process.ts';
import { refuseRuntime } from './runtime.ts';
import { openProvider, openStore, waitForStore } from './wiring.ts';

/**
 * `bun run migrate`: brings the database up to date, and ends. A start does this too. Before the processes of a new
 * version start, it lets them run as a user that cannot change the schema, and a migration that fails stops nothing.
 */
const migrate = async (given: Config): Promise<string> => {
  // The environment may be that of a process with a role. The schema is the same for all of them.
  const config: Config = { ...given, role: 'all' };
  const world = createSystemWorld(config.shop);
  const log = createLog((line) => process.stderr.write(line), world.clock, {
    level: config.logLevel,
    readable: process.stderr.isTTY === true,
  });
  const store = await waitForStore(() => openStore(world, config, { log }), config, log, world.timer);
  // The simulated provider keeps its charges beside the database.
  const { close: closeProvider } = await openProvider(world, config);
  await closeProvider();
  await store.close();
  return `The database ${addressOf(config.databaseUrl)} is up to date.\n`;
};

const usage = `Brings the database of DATABASE_URL up to date, and ends. A start does this too.

  bun run migrate`;

const wrongRuntime = refuseRuntime(process.versions);
const config = readCommandConfig();
const program = 'The migration';
if (!isToRun({ name: 'migrate', usage })) {
  // It has been answered.
} else if (wrongRuntime !== null) {
  exitWithError(wrongRuntime, program);
} else if (config.isErr()) {
  exitWithError(['some settings are wrong.', ...config.error.map((line) => `- ${line}`)].join('\n'), program);
} else {
  try {
    process.stdout.write(await migrate(config.value));
  } catch (cause) {
    exitWithError(describeStartFailure(cause, config.value), program);
  }
}
