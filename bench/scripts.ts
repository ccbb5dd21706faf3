import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Sample } from './row.ts';

/**
 * Runs a script of the bench as a process of its own, as a peer or the product's own parts would be, and answers
 * the figures that its last line tells as JSON. It is ended where it takes more than ten minutes.
 */
export const runScript = async (
  script: string,
  argv: readonly (string | number)[],
  program = process.execPath,
): Promise<Sample> => {
  const child = spawn(program, [join(import.meta.dirname, script), ...argv.map(String)], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 600_000,
  });
  let said = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    said = (said + chunk).slice(-20_000);
  });
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4_000);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${errors || said}`);
  return JSON.parse(said.trim().split('\n').at(-1) ?? '');
};
