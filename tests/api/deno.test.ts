import { expect, test } from 'bun:test';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = fileURLToPath(new URL('./onDeno.ts', import.meta.url));

test('the API pays an order, serves its docs and stops in good order under Deno', async () => {
  const run = promisify(execFile)('node_modules/.bin/deno', ['run', '--allow-all', script], {
    cwd: root,
    timeout: 60_000,
  });
  const { stdout } = await run;
  expect(stdout.trim().split('\n')).toEqual([
    'handled: 202 succeeded',
    'handled: 200',
    'handled: 400',
    'handled: 204',
    'handled: 405 method_not_allowed',
    'served: 202 succeeded true',
    'served: 413 body_too_large',
    'served: 200 text/css; charset=utf-8',
    'served: 3.1.0',
    'stopped',
  ]);
}, 60_000);
