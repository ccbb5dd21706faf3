import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

type Options = { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> };

/** Runs a program to its end and returns what it printed. Throws with all of its output if it fails. */
export const run = async (command: readonly string[], { cwd, env = {} }: Options = {}): Promise<string> => {
  const child = Bun.spawn([...command], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) === 0) return output;
  throw new Error(`${command.join(' ')} failed:\n${output.slice(-4_000)}\n${errors.slice(-4_000)}`);
};

export const createFolder = (name: string): string => mkdtempSync(join(tmpdir(), `cartwright-${name}-`));
