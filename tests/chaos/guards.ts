/**
 * Shows that the kill test sees what it is there for: takes one guard at a time out of a copy of the program,
 * and expects that promises are then broken. Exit code 0 where every one was missed.
 *
 *   bun tests/chaos/guards.ts [--seconds 15] [--only name]
 */
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { scratchFolder } from '../processes/cleanup.ts';
import { killAllApps } from '../processes/processes.ts';
import type { Guard } from './run/guard.ts';
import { guards } from './run/guardList.ts';
import { runKillTest } from './run/run.ts';

const seeds = [1, 2, 3];
const program = (name: string) => !/^(\.|node_modules$|tests$|docs$|data$)/.test(name);

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '15' }, only: { type: 'string' } },
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    void killAllApps().then(() => process.exit(130));
  });

const here = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of the program with the guard taken out. */
const copyWithout = ({ places }: Guard): string => {
  const copy = scratchFolder('guards');
  for (const name of readdirSync(here).filter(program))
    cpSync(join(here, name), join(copy, name), { recursive: true });
  symlinkSync(join(here, 'node_modules'), join(copy, 'node_modules'));
  for (const { file, find, replace } of places) {
    const source = readFileSync(join(copy, file), 'utf8');
    const found = source.split(find).length - 1;
    if (found !== 1) throw new Error(`${JSON.stringify(find)} is ${found} times in ${file}, not once`);
    writeFileSync(
      join(copy, file),
      source.replace(find, () => replace),
    );
  }
  return copy;
};

/** Whether the checker complained, with one seed or another. */
const isMissed = async (guard: Guard): Promise<boolean> => {
  const root = copyWithout(guard);
  try {
    for (const seed of seeds) {
      const { database, dangers } = guard;
      const broken = await runKillTest({
        database,
        dangers,
        mails: 'smtp',
        provider: 'stripe',
        seconds: Number(values.seconds),
        seed,
        root,
      });
      const rules = [...new Set(broken.map(({ rule }) => rule))];
      console.log(`without ${guard.name}: ${rules.join(', ') || 'nothing was seen'}\n`);
      if (guard.seenAs.some((rule) => rules.includes(rule))) return true;
    }
    return false;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

const unseen: string[] = [];
for (const guard of guards.filter(({ name }) => values.only === undefined || name === values.only))
  if (!(await isMissed(guard))) unseen.push(guard.name);
console.log(unseen.length === 0 ? 'every guard was missed' : `NOT missed: ${unseen.join('; ')}`);
process.exit(unseen.length === 0 ? 0 : 1);
