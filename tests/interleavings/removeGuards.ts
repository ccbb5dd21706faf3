/**
 * Tests the stepper: takes one guard at a time out of a copy of the program, and expects that its scenario is then
 * broken. The exit code is 0 if that is so for every guard.
 *
 *   bun tests/interleavings/removeGuards.ts [--only name]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createScratchFolder } from '../processes/cleanup.ts';
import { type SteppedGuard, steppedGuards } from './guards.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const isCopied = (name: string) => !/^(\.|node_modules$|docs$|data$|bench$|web$)/.test(name);

const createCopy = (): string => {
  const copy = createScratchFolder('stepped');
  for (const name of readdirSync(root).filter(isCopied))
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
};

/** What the stepper says without the guard. Null if it finds nothing. */
const findWithout = (copy: string, { replacement, scenario }: SteppedGuard): string | null => {
  const path = join(copy, replacement.file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    source.replace(replacement.find, () => replacement.replace),
  );
  const args = ['tests/interleavings/main.ts', '--schedules', '200', '--only', scenario];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  writeFileSync(path, source);
  if (status === 0 || !stdout.includes('BROKEN')) return null;
  const fault = /BROKEN .*\n {2}(.*)/.exec(stdout)?.[1] ?? '';
  const count = /, (\d+) schedules, /.exec(stdout)?.[1] ?? '?';
  return `${fault.slice(0, 60)}, after ${count}`;
};

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const copy = createCopy();
const missed: string[] = [];
for (const guard of steppedGuards.filter(({ name }) => values.only === undefined || name === values.only)) {
  const found = findWithout(copy, guard);
  if (found === null) missed.push(guard.name);
  console.log(`${found === null ? 'MISSED' : 'caught'}: ${guard.name} (${guard.scenario}): ${found ?? ''}`);
}
rmSync(copy, { recursive: true, force: true });
console.log(
  missed.length === 0 ? 'the removal of every guard was detected' : `NOT detected: ${missed.join('; ')}`,
);
process.exit(missed.length === 0 ? 0 : 1);
