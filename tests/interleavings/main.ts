/**
 * Runs verbs of the stores beside one another on a real PostgreSQL, statement by statement, in every order, and loses
 * their connections at each statement. The exit code is 0 if nothing is broken.
 *
 *   bun run test:interleavings [--server 18|15] [--no-prepare] [--all] [--seed 1] [--schedules 1000]
 *     [--only "a name, or a part of some"] [--without "a part of some"] [--schedule 0,1,1,0]
 *
 * `--all`: both servers, with prepared statements and without. `--schedule`: the order that a broken scenario has printed.
 * `--every-order`: also orders that differ only in neighbours that commute. `--orders`, `--lost`: a half of the work.
 * `--workers 2 --stages 4`: processes, and databases in each.
 */
import { cpus } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { currentCommit } from '../processes/commit.ts';
import { type RunOptions, run } from './run.ts';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: '18' },
    'no-prepare': { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    schedules: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    without: { type: 'string' },
    schedule: { type: 'string' },
    'every-order': { type: 'boolean', default: false },
    orders: { type: 'boolean', default: false },
    lost: { type: 'boolean', default: false },
    workers: { type: 'string', default: String(Math.min(2, cpus().length)) },
    stages: { type: 'string', default: '4' },
  },
});

const schedule = values.schedule?.split(',').map(Number) ?? null;
const optionsOf = (server: 15 | 18, prepared: boolean): RunOptions => ({
  ...{ server, prepared },
  workers: Number(values.workers),
  stages: Number(values.stages),
  list: {
    only: values.only,
    without: values.without,
    orders: !values.lost || values.orders,
    lost: schedule === null && (!values.orders || values.lost),
  },
  work: {
    schedules: Number(values.schedules),
    seed: Number(values.seed),
    isReduced: !values['every-order'],
    only: schedule,
  },
});

const runs = values.all
  ? ([18, 15] as const).flatMap((server) => [true, false].map((prepared) => optionsOf(server, prepared)))
  : [optionsOf(values.server === '15' ? 15 : 18, !values['no-prepare'])];
const atCommit = currentCommit();
let isBroken = false;
for (const options of runs) if (!(await run(options))) isBroken = true;
console.log(`at ${atCommit}`);
process.exit(isBroken ? 1 : 0);
