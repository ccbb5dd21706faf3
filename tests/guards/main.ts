/**
 * Tests the tests: takes one guard at a time out of a copy of the program, and expects that what its row names then
 * notices it. The exit code is 0 if that is so for every guard that is asked for.
 *
 *   bun tests/guards/main.ts [--only "name"] [--by test|simulation|interleavings|kill] [--from "name"] [--workers 2]
 *     [--seconds 15]
 *
 * `--from` goes on where a run has ended: with this guard, and without those before it. `--seconds` is the length of a run
 * of the kill test.
 */
import { parseArgs } from 'node:util';
import { currentCommit } from '../processes/commit.ts';
import { killAllApps } from '../processes/processes.ts';
import { startPostgresServer } from '../processes/server.ts';
import { tryToCatch } from './catchers.ts';
import { type Copy, createCopy } from './copy.ts';
import { type CaughtGuard, isCaught } from './guard.ts';
import { allGuards } from './list.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    by: { type: 'string' },
    from: { type: 'string' },
    workers: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '15' },
  },
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    void killAllApps().then(() => process.exit(130));
  });

const caught = allGuards.filter(isCaught);
const first = values.from === undefined ? 0 : caught.findIndex(({ name }) => name === values.from);
if (first < 0) throw new Error(`there is no guard “${values.from}” to begin with`);
const asked = caught
  .slice(first)
  .filter(({ name }) => values.only === undefined || name.includes(values.only))
  .filter(({ caughtBy }) => values.by === undefined || caughtBy.by === values.by);

if (asked.length === 0) throw new Error('no guard is of that name');

// To start one takes longer than most tests.
const server = await startPostgresServer();
const postgresUrl = server.url('postgres');

const atCommit = currentCommit();
const startedMs = performance.now();
const secondsSince = (ms: number): number => Math.round((performance.now() - ms) / 1_000);
const missed: CaughtGuard[] = [];
const secondsBy = new Map<string, { guards: number; seconds: number }>();
let done = 0;

const runOne = async (copy: Copy, guard: CaughtGuard): Promise<void> => {
  const beganMs = performance.now();
  const found = await copy
    .without(guard.replacements, () =>
      tryToCatch(copy.root, guard.caughtBy, { killSeconds: Number(values.seconds), postgresUrl }),
    )
    .catch((cause: unknown) => {
      console.log(cause instanceof Error ? cause.message : String(cause));
      return null;
    });
  if (found === null) missed.push(guard);
  const { by } = guard.caughtBy;
  const sum = secondsBy.get(by) ?? { guards: 0, seconds: 0 };
  secondsBy.set(by, { guards: sum.guards + 1, seconds: sum.seconds + secondsSince(beganMs) });
  console.log(
    `${++done}/${asked.length} ${found === null ? 'MISSED' : 'caught'} by ${by}, ${secondsSince(beganMs)} s: ${guard.name}${found === null ? '' : ` (${found})`}`,
  );
};

/** Each worker has a copy of its own. The kill test needs the machine for itself, so its guards come last, one by one. */
const runAll = async (guards: readonly CaughtGuard[], workers: number): Promise<void> => {
  const left = [...guards];
  const work = async () => {
    const copy = createCopy();
    for (let guard = left.shift(); guard !== undefined; guard = left.shift()) await runOne(copy, guard);
  };
  await Promise.all(Array.from({ length: Math.min(workers, left.length) }, work));
};

const isByKill = ({ caughtBy }: CaughtGuard): boolean => caughtBy.by === 'kill';
await runAll(
  asked.filter((guard) => !isByKill(guard)),
  Number(values.workers),
);
await runAll(asked.filter(isByKill), 1);

await server.remove();

const redundant = allGuards.length - caught.length;
console.table(
  Object.fromEntries(
    [...secondsBy].map(([by, { guards, seconds }]) => [
      by,
      { guards, seconds, missed: missed.filter(({ caughtBy }) => caughtBy.by === by).length },
    ]),
  ),
);
console.log(
  `${asked.length} guards taken out at ${atCommit} in ${secondsSince(startedMs)} s, and ${redundant} rows with a reason. ` +
    (missed.length === 0
      ? 'The removal of every guard was noticed'
      : `NOT noticed: ${missed.map(({ name }) => name).join('; ')}`),
);
process.exit(missed.length === 0 ? 0 : 1);
