import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Sample } from './row.ts';

/**
 * Runs a script of the bench in a process of its own. Returns the figures that its last line prints as JSON. The
 * process is ended after ten minutes.
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
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output = (output + chunk).slice(-20_000);
  });
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4_000);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${errors || output}`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
};
