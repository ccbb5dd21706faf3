/**
 * Tests the tests: removes one guard at a time from a copy of the program and expects that the checker of the kill test
 * then reports a violation, or that a test fails. The exit code is 0 if that is so for every guard.
 *
 *   bun tests/chaos/guards.ts [--seconds 15] [--only name]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createScratchFolder } from '../processes/cleanup.ts';
import { killAllApps } from '../processes/processes.ts';
import type { Guard } from './run/guard.ts';
import { guards } from './run/guardList.ts';
import { runKillTest } from './run/run.ts';
import { type TestedGuard, testedGuards } from './run/testedGuards.ts';

const seeds = [1, 2, 3];
const isCopied = (name: string) => !/^(\.|node_modules$|docs$|data$)/.test(name);

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '15' }, only: { type: 'string' } },
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    void killAllApps().then(() => process.exit(130));
  });

const sourceRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Copies the program without the guard. Returns the folder of the copy. */
const copyWithout = ({ replacements }: Pick<Guard, 'replacements'>): string => {
  const copy = createScratchFolder('guards');
  for (const name of readdirSync(sourceRoot).filter(isCopied))
    cpSync(join(sourceRoot, name), join(copy, name), { recursive: true });
  symlinkSync(join(sourceRoot, 'node_modules'), join(copy, 'node_modules'));
  for (const { file, find, replace } of replacements) {
    const source = readFileSync(join(copy, file), 'utf8');
    const found = source.split(find).length - 1;
    if (found !== 1)
      throw new Error(`${JSON.stringify(find)} occurs ${found} times in ${file} instead of once`);
    writeFileSync(
      join(copy, file),
      source.replace(find, () => replace),
    );
  }
  return copy;
};

/** Whether the checker reports one of the expected rules, with at least one of the seeds. */
const isDetected = async (guard: Guard): Promise<boolean> => {
  const root = copyWithout(guard);
  try {
    for (const seed of seeds) {
      const { database, faults, invoices = 'shop' } = guard;
      const violations = await runKillTest({
        database,
        faults,
        invoices,
        mails: 'smtp',
        provider: 'stripe',
        seconds: Number(values.seconds),
        seed,
        root,
      });
      const rules = [...new Set(violations.map(({ rule }) => rule))];
      console.log(`without ${guard.name}: ${rules.join(', ') || 'no violation'}\n`);
      if (guard.expectedRules.some((rule) => rules.includes(rule))) return true;
    }
    return false;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

/** Whether a test of its file fails. */
const isTested = (guard: TestedGuard): boolean => {
  const root = copyWithout(guard);
  try {
    const args = ['test', '--timeout=120000', guard.testFile];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    const failed = new Set([...`${stdout}${stderr}`.matchAll(/^\(fail\) .*/gm)].map(([line]) => line));
    console.log(`without ${guard.name}: ${[...failed].join('; ') || 'no test fails'}\n`);
    return failed.size > 0;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

const isAsked = ({ name }: { readonly name: string }) => values.only === undefined || name === values.only;
const undetected: string[] = [];
for (const guard of testedGuards.filter(isAsked)) if (!isTested(guard)) undetected.push(guard.name);
for (const guard of guards.filter(isAsked)) if (!(await isDetected(guard))) undetected.push(guard.name);
console.log(
  undetected.length === 0
    ? 'the removal of every guard was detected'
    : `NOT detected: ${undetected.join('; ')}`,
);
process.exit(undetected.length === 0 ? 0 : 1);
