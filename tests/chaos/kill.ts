/**
 * The kill test: customers shop while processes are killed and frozen at random. Then the faults stop, all work
 * drains, and the checker checks every invariant, id by id. The exit code is 0 if it finds no violation.
 *
 *   bun tests/chaos/kill.ts --database sqlite|postgres --seconds 40 --seed 1 [--mails smtp|captured]
 *     [--provider stripe|simulated] [--invoices shop|service]
 *
 * Without `--invoices`, an even seed has an invoice service.
 */
import { parseArgs } from 'node:util';
import { killAllApps } from '../processes/processes.ts';
import { runKillTest } from './run/run.ts';

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'postgres' },
    seconds: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    mails: { type: 'string', default: 'smtp' },
    provider: { type: 'string', default: 'stripe' },
    invoices: { type: 'string' },
    root: { type: 'string' },
  },
});
const { database, mails, provider } = values;
const seed = Number(values.seed);
const { invoices = seed % 2 === 0 ? 'service' : 'shop' } = values;
if (
  (database !== 'postgres' && database !== 'sqlite') ||
  (mails !== 'smtp' && mails !== 'captured') ||
  (provider !== 'stripe' && provider !== 'simulated') ||
  (invoices !== 'shop' && invoices !== 'service')
) {
  console.error(
    'usage: kill.ts --database sqlite|postgres --seconds N --seed S [--mails smtp|captured] [--provider stripe|simulated] [--invoices shop|service]',
  );
  process.exit(2);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    void killAllApps().then(() => process.exit(130));
  });

try {
  const violations = await runKillTest({
    database,
    mails,
    provider,
    invoices,
    seconds: Number(values.seconds),
    seed,
    ...(values.root !== undefined && { root: values.root }),
  });
  for (const { rule, id, detail } of violations.slice(0, 50))
    console.log(`VIOLATION ${rule} ${id}: ${detail}`);
  console.log(violations.length === 0 ? 'no violations' : `${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
} finally {
  await killAllApps();
}
process.exit();
