import { afterEach, expect, test } from 'bun:test';
import { fileURLToPath } from 'node:url';
import { databases } from './databases.ts';
import { type App, killAllApps, launchApp } from './processes.ts';

afterEach(killAllApps);

const preload = fileURLToPath(new URL('./heldModule.ts', import.meta.url));

/** The lines of level `warn` or `error` since it was asked to stop. */
const complaintsOf = (app: App): readonly string[] => {
  const [, afterwards = ''] = app.output().split(/^.*"stopping; .*$/m);
  return afterwards.split('\n').filter((line) => /"level":"(warn|error)"|cannot start/.test(line));
};

/** Modules that a start loads one after the other: before it listens, while it does, and before the worker is started. */
const modules = [
  'api/app.ts',
  'adapters/webhooks/receiver.ts',
  'worker/worker.ts',
  'adapters/webhooks/target.ts',
];

const cases = databases.flatMap(([name, create]) =>
  modules.flatMap((module) => ['0', '30'].map((turns) => [name, module, turns, create] as const)),
);

test.each(cases)(
  'A start on %s that is asked to stop while it loads %s, and goes on %s turns later, complains of nothing',
  async (_, module, turns, createDatabase) => {
    const database = await createDatabase();
    const env = {
      ...{ BUN_OPTIONS: `--preload=${preload}`, HELD_MODULE: module, HELD_TURNS: turns },
      ...{ QUEUE_POLL_MS: '10', DRAIN_MS: '20' },
    };
    const app = await launchApp({ databaseUrl: database.url, env });
    await app.waitForOutput(`holding ${module}`);
    app.kill('SIGTERM');
    expect(await app.stopped).toEqual({ code: 0, signal: null });
    expect(app.output()).toContain('"stopping; ');
    expect(complaintsOf(app)).toEqual([]);
    await database.drop();
  },
  120_000,
);

test('A start that was asked to stop does not listen any more', async () => {
  const [, createDatabase] = databases.at(-1) ?? [];
  const database = await createDatabase?.();
  const module = 'api/app.ts';
  const env = { BUN_OPTIONS: `--preload=${preload}`, HELD_MODULE: module };
  const app = await launchApp({ databaseUrl: database?.url ?? '', role: 'checkout', env });
  await app.waitForOutput(`holding ${module}`);
  app.kill('SIGTERM');
  expect(await app.stopped).toEqual({ code: 0, signal: null });
  expect(complaintsOf(app)).toEqual([]);
  // The banner, which is shown once it listens.
  expect(app.output()).not.toContain('is ready (role');
  await database?.drop();
}, 120_000);
