import { expect, test } from 'bun:test';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = fileURLToPath(new URL('./onDeno.ts', import.meta.url));

test('the adapter for Stripe speaks over Deno’s fetch, and reads events with its cryptography', async () => {
  const run = promisify(execFile)('node_modules/.bin/deno', ['run', '--allow-all', script], {
    cwd: root,
    timeout: 60_000,
  });
  const { stdout } = await run;
  expect(stdout.trim().split('\n')).toEqual([
    'charged: succeeded',
    'declined: declined',
    'lost: succeeded',
    'cancelled: cancelled',
    'returned: succeeded',
    'told: true false',
    'nobody there: unavailable',
  ]);
}, 60_000);
