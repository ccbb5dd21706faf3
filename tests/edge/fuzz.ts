/**
 * The shop in demo mode behind the gateway, whose limits are raised, for a fuzzer: it runs the command with the address
 * in `FUZZ_BASE`, and ends with its exit code. Without a command it runs until it is stopped.
 *
 *   bun tests/edge/fuzz.ts schemathesis run '$FUZZ_BASE/docs/json'
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { killAllApps, startApp } from '../processes/processes.ts';
import { startGateway } from './gateway.ts';
import { raisedLimits } from './raisedLimits.ts';

const app = await startApp({
  databaseUrl: 'sqlite::memory:',
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
  stdio: 'inherit',
});
const [code] = await once(child, 'close');
await gateway.kill();
await killAllApps();
process.exit(code ?? 1);
