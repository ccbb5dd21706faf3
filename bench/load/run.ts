import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LoadResult, OpenLoadResult, OpenPlan, Plan } from './plan.ts';

/** Runs the load generator in a process of its own. It waits for `onWarm` between the warm-up and the measurement. */
export const runLoad = (
  folder: string,
  plan: Plan,
  onWarm: () => Promise<unknown> = async () => {},
): Promise<LoadResult> => run('main.ts', folder, plan, onWarm);

/** The same with requests that come at their own times. */
export const runOpenLoad = (
  folder: string,
  plan: OpenPlan,
  onWarm: () => Promise<unknown>,
): Promise<OpenLoadResult> => run('open.ts', folder, plan, onWarm);

const run = async <Result>(
  program: string,
  folder: string,
  plan: unknown,
  onWarm: () => Promise<unknown>,
): Promise<Result> => {
  const file = join(folder, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  const child = spawn(process.execPath, [join(import.meta.dirname, program), file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let result: Result | null = null;
  for await (const line of createInterface(child.stdout)) {
    if (line === 'warm') {
      await onWarm();
      child.stdin.write('go\n');
    } else result = JSON.parse(line);
  }
  await exited;
  if (result === null) throw new Error('the load generator ended without a result');
  return result;
};
