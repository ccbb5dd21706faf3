import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { runKillTest } from '../chaos/run/run.ts';
import type {
  CaughtBy,
  CaughtByInterleavings,
  CaughtByKill,
  CaughtBySimulation,
  CaughtByTest,
} from './guard.ts';

/** What noticed that the guard is missing. Null: nothing did. */
export type Found = string | null;

type Ended = { readonly status: number; readonly output: string };

/** A hang is a way to notice, too, but not one that says anything. So it counts as not caught. */
const hangMs = 300_000;

/** Runs Bun in a copy of the program. Its tests use the server at `postgresUrl`, or start their own. */
const runInCopy = async (
  root: string,
  args: readonly string[],
  postgresUrl: string | null = null,
): Promise<Ended> => {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(postgresUrl === null ? {} : { TEST_POSTGRES_URL: postgresUrl }) },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const timer = setTimeout(() => child.kill(), hangMs);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  return { status: code ?? -1, output };
};

const asPattern = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

const catchByTest = async (
  root: string,
  { file, pattern, tries = 1 }: CaughtByTest,
  postgresUrl: string,
): Promise<Found> => {
  const args = ['test', '--timeout=120000', file, '--test-name-pattern', asPattern(pattern)];
  for (let count = 1; count <= tries; count++) {
    const { output } = await runInCopy(root, args, postgresUrl);
    const [, failed = null] = /^\(fail\) (.*?)(?: \[[\d.]+ms\])?$/m.exec(output) ?? [];
    if (failed !== null) return failed;
  }
  return null;
};

const catchBySimulation = async (
  root: string,
  { store = 'memory', liveness = false, scenario, histories }: CaughtBySimulation,
): Promise<Found> => {
  const { output } = await runInCopy(root, [
    ...['tests/simulation/run.ts', '--count', String(Math.max(10 * histories, 30)), '--until-broken'],
    ...['--store', store, '--shrink-runs', '0', ...(liveness ? ['--liveness'] : [])],
    ...(scenario === undefined ? [] : ['--scenario', scenario]),
  ]);
  const rule = /^seed \d+: (\w+)/m.exec(output)?.[1];
  const count = /^(\d+) histories/m.exec(output)?.[1] ?? '?';
  return rule === undefined ? null : `${rule}, after ${count} histories`;
};

const catchByInterleavings = async (root: string, { scenario }: CaughtByInterleavings): Promise<Found> => {
  const { status, output } = await runInCopy(root, [
    ...['tests/interleavings/main.ts', '--schedules', '200', '--only', scenario],
  ]);
  if (status === 0 || !output.includes('BROKEN')) return null;
  const fault = /BROKEN .*\n {2}(.*)/.exec(output)?.[1] ?? '';
  const count = /, (\d+) schedules, /.exec(output)?.[1] ?? '?';
  return `${fault.slice(0, 60)}, after ${count} schedules`;
};

const killSeeds = [1, 2, 3];

const catchByKill = async (
  root: string,
  { database, faults, expectedRules }: CaughtByKill,
  seconds: number,
): Promise<Found> => {
  for (const seed of killSeeds) {
    const violations = await runKillTest({
      ...{ database, faults, seconds, seed, root },
      invoices: 'shop',
      mails: 'smtp',
      provider: 'stripe',
    });
    const rule = violations.map((each) => each.rule).find((each) => expectedRules.includes(each));
    if (rule !== undefined) return `${rule}, with seed ${seed}`;
  }
  return null;
};

/** Runs what must notice that the guard is missing from the copy. */
export const tryToCatch = (
  root: string,
  caughtBy: CaughtBy,
  { killSeconds, postgresUrl }: { readonly killSeconds: number; readonly postgresUrl: string },
): Promise<Found> => {
  switch (caughtBy.by) {
    case 'test':
      return catchByTest(root, caughtBy, postgresUrl);
    case 'simulation':
      return catchBySimulation(root, caughtBy);
    case 'interleavings':
      return catchByInterleavings(root, caughtBy);
    case 'kill':
      return catchByKill(root, caughtBy, killSeconds);
  }
};
