/**
 * The shop in demo mode behind the gateway, whose limits are raised, for a fuzzer: it runs the command with the address
 * in `FUZZ_BASE`. `FUZZ_DATABASE` is `sqlite` or `postgres`. Without a command it runs until it is stopped. If the
 * command ends with a summary of kinds of failure, the exit code is 0 where `fuzzKinds.ts` has a reason for each of
 * them; else it is the exit code of the command.
 *
 *   bun tests/edge/fuzz.ts schemathesis run '$FUZZ_BASE/docs/json'
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { killAllApps, startApp } from '../processes/processes.ts';
import { startPostgresServer } from '../processes/server.ts';
import { describeExclusions, unexplainedKinds } from './fuzzKinds.ts';
import { startGateway } from './gateway.ts';
import { raisedLimits } from './raisedLimits.ts';

const server = process.env.FUZZ_DATABASE === 'postgres' ? await startPostgresServer() : null;
const app = await startApp({
  databaseUrl: server?.url('postgres') ?? 'sqlite::memory:',
  env: {
    ...{ NODE_ENV: undefined, AUTH_SECRET: undefined, HOST: '127.0.0.1', TRUSTED_PROXIES: '127.0.0.1' },
    ...{ DECLINES_MAX: '0', ORDERS_PENDING_MAX: '1000000' },
  },
});
const gateway = await startGateway({ checkout: [app.port], read: [app.port], env: {}, edits: raisedLimits });
console.log(`The gateway is at ${gateway.url}`);
const [command, ...parameters] = process.argv
  .slice(2)
  .map((word) => word.replaceAll('$FUZZ_BASE', gateway.url));
const child = spawn(command ?? 'sleep', command === undefined ? ['infinity'] : parameters, {
  env: { ...process.env, FUZZ_BASE: gateway.url },
  stdio: ['inherit', 'pipe', 'inherit'],
});
let output = '';
child.stdout.on('data', (chunk: Buffer) => {
  output += chunk;
  process.stdout.write(chunk);
});
const [code] = await once(child, 'close');
await gateway.kill();
await killAllApps();
await server?.remove();
const kinds = unexplainedKinds(output);
for (const line of kinds === null ? [] : describeExclusions()) console.log(line);
for (const line of kinds ?? []) console.log(`not explained: ${line}`);
process.exit(kinds === null ? (code ?? 1) : Number(kinds.length > 0));
