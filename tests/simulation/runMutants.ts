import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutants.ts';

const program = fileURLToPath(new URL('run.ts', import.meta.url));

/** Runs each mutant until a history breaks. Returns whether histories have caught all that they are to catch. */
export const runAllMutants = (count: number): boolean => {
  let isGood = true;
  for (const { name, liveness, scenario, redundant } of mutants) {
    const args = [program, '--mutant', name, '--count', String(count), '--shrink-runs', '0'];
    if (liveness) args.push('--liveness');
    if (scenario !== undefined) args.push('--scenario', scenario);
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
    });
    const histories = /^(\d+) histories/m.exec(stdout)?.[1];
    const rule = /^seed \d+: (\w+)/m.exec(stdout)?.[1];
    const isCaught = status === 1 && rule !== undefined;
    if (histories === undefined) console.log(stderr.slice(0, 1_000));
    console.log(
      isCaught
        ? `caught    ${name}: ${rule}, after ${histories} histories`
        : redundant === null
          ? `NOT caught ${name}: ${histories} histories`
          : `redundant ${name}: ${redundant}`,
    );
    isGood &&= isCaught || redundant !== null;
  }
  return isGood;
};
