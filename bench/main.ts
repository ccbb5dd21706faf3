import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { scratchFolder } from '../tests/processes/cleanup.ts';
import { drawCharts } from './chart.ts';
import { surroundings } from './machine.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { rows } from './registry.ts';
import { table, writeResults } from './report.ts';
import { interleave } from './rounds.ts';
import type { Bench, Row } from './row.ts';

const usage = `Measures Cartwright beside its peers, on this machine and a PostgreSQL of its own.

  bun run bench [row…] [--rounds N] [--quick] [--list]

  row        one or more of: ${rows.map(({ name }) => name).join(', ')}; all where none is named
  --rounds   how often each side is measured, in turns (3)
  --quick    a tenth of the work: to see that it runs, not to quote
  --list     what each row measures

The tables go to standard output, progress to standard error, all that was measured to bench/results/.`;

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
  if (values.help) return tell(usage);
  if (values.list) return tell(rows.map(({ name, about }) => `${name.padEnd(12)}${about}`).join('\n'));
  const unknown = positionals.filter((name) => rows.every((row) => row.name !== name));
  const rounds = Number(values.rounds);
  if (unknown.length > 0 || !(rounds >= 1)) return tell(usage, 2);
  const chosen = rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return measure(chosen, rounds, values.quick);
};

const measure = async (chosen: readonly Row[], rounds: number, quick: boolean): Promise<number> => {
  let server: Promise<Postgres> | undefined;
  const bench: Bench = {
    rounds,
    sized: (count) => (quick ? Math.ceil(count / 10) : count),
    say,
    postgres: () => {
      server ??= startPostgres();
      return server;
    },
    folder: () => scratchFolder('bench'),
    match: (match) => interleave(match, rounds, say),
  };
  mkdirSync(results, { recursive: true });
  const failed: string[] = [];
  for (const row of chosen) {
    say(`${row.name}: ${row.about}`);
    try {
      const report = await row.run(bench);
      const name = quick ? `${row.name}.quick` : row.name;
      writeResults(results, name, { report, rounds, quick, surroundings: await surroundings(server) });
      drawCharts(results, name, report);
      tell(table(row, report));
    } catch (cause) {
      failed.push(row.name);
      say(`${row.name} FAILED: ${cause instanceof Error ? cause.stack : cause}`);
    }
  }
  await (await server)?.remove();
  return failed.length === 0 ? 0 : 1;
};

const startMs = performance.now();

const say = (line: string): void => {
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  process.stderr.write(`${String(seconds).padStart(5)} s  ${line}\n`);
};

const tell = (text: string, code = 0): number => {
  process.stdout.write(`${text}\n`);
  return code;
};

process.exitCode = await main();
process.exit();
