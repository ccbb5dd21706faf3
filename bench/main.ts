import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createScratchFolder } from '../tests/processes/cleanup.ts';
import { drawCharts } from './chart.ts';
import { describeEnvironment } from './machine.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { rows } from './registry.ts';
import { renderTables, writeResults } from './report.ts';
import { runMatch } from './rounds.ts';
import type { Bench, Row } from './row.ts';

const usage = `Measures Cartwright and its peers on this machine, on a PostgreSQL that the bench starts.

  bun run bench [row…] [--rounds N] [--quick] [--list]

  row        one or more of: ${rows.map(({ name }) => name).join(', ')}; all by default
  --rounds   the number of rounds (3); in each round every contender is measured once
  --quick    a tenth of the work: shows that the rows run, but its figures are too noisy to quote
  --list     prints what each row measures

The tables go to standard output, progress to standard error, and all results to bench/results/.`;

const results = join(import.meta.dirname, 'results');

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '3' },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return print(usage);
  if (values.list) return print(rows.map(({ name, about }) => `${name.padEnd(22)}${about}`).join('\n'));
  const unknown = positionals.filter((name) => rows.every((row) => row.name !== name));
  const rounds = Number(values.rounds);
  if (unknown.length > 0 || !(rounds >= 1)) return print(usage, 2);
  const chosen = rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return measureRows(chosen, rounds, values.quick);
};

const measureRows = async (chosen: readonly Row[], rounds: number, quick: boolean): Promise<number> => {
  let server: Promise<Postgres> | undefined;
  const bench: Bench = {
    rounds,
    scaleCount: (count) => (quick ? Math.ceil(count / 10) : count),
    progress,
    postgres: () => {
      server ??= startPostgres();
      return server;
    },
    createFolder: () => createScratchFolder('bench'),
    runMatch: (match) => runMatch(match, rounds, progress),
  };
  mkdirSync(results, { recursive: true });
  const failed: string[] = [];
  for (const row of chosen) {
    progress(`${row.name}: ${row.about}`);
    try {
      const report = await row.run(bench);
      const name = quick ? `${row.name}.quick` : row.name;
      writeResults(results, name, { report, rounds, quick, surroundings: await describeEnvironment(server) });
      drawCharts(results, name, report);
      print(renderTables(row, report));
    } catch (cause) {
      failed.push(row.name);
      progress(`${row.name} FAILED: ${cause instanceof Error ? cause.stack : cause}`);
    }
  }
  await (await server)?.remove();
  return failed.length === 0 ? 0 : 1;
};

const startMs = performance.now();

const progress = (line: string): void => {
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  process.stderr.write(`${String(seconds).padStart(5)} s  ${line}\n`);
};

const print = (text: string, code = 0): number => {
  process.stdout.write(`${text}\n`);
  return code;
};

process.exitCode = await main();
process.exit();
