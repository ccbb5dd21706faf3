/**
 * Runs `main.ts` in two processes, each with a server and half of the scenarios. It takes the same arguments, but `--part`.
 * The exit code is 0 if nothing is broken.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const parts = 2;
const children = Array.from({ length: parts }, (_, index) =>
  spawn(
    process.execPath,
    [join(import.meta.dirname, 'main.ts'), ...process.argv.slice(2), '--part', `${index + 1}/${parts}`],
    { stdio: 'inherit' },
  ),
);
const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
process.exit(codes.every((code) => code === 0) ? 0 : 1);
