/**
 * The rate of checkouts before a shared fault and after its end, and a check of every order, id by id. The load is the same
 * in both: each client buys at a fixed pace, so that the machine is not the limit. With `--pace 0` it is. The exit code is 0
 * if each ratio is 0.95 at least and nothing was lost or doubled.
 *
 *   bun tests/chaos/rates.ts [--fault none|silent|readOnly|held|mail|removed|restart] [--seconds 60] [--clients 16]
 *     [--pace 500]
 */
import { parseArgs } from 'node:util';
import { killAllApps } from '../processes/processes.ts';
import { measureRates, type RateFault, rateFaults } from './run/rates.ts';

const { values } = parseArgs({
  options: {
    fault: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    clients: { type: 'string', default: '16' },
    pace: { type: 'string', default: '500' },
  },
});
const isFault = (text: string): text is RateFault => Object.hasOwn(rateFaults, text);
const asked = values.fault === undefined ? Object.keys(rateFaults) : [values.fault];

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    void killAllApps().then(() => process.exit(130));
  });

let isRight = true;
for (const fault of asked) {
  if (!isFault(fault)) throw new Error(`--fault is one of ${Object.keys(rateFaults).join(', ')}`);
  const { before, after, faultSeconds, violations } = await measureRates(fault, {
    seconds: Number(values.seconds),
    clients: Number(values.clients),
    paceMs: Number(values.pace),
  });
  const ratio = after / before;
  const found = violations.length === 0 ? 'nothing lost or doubled' : `${violations.length} violations`;
  console.log(
    `${fault}: ${before.toFixed(1)}/s before, ${after.toFixed(1)}/s after ${faultSeconds.toFixed(0)} s of the fault, ratio ${ratio.toFixed(3)}; ${found}`,
  );
  for (const { rule, id, detail } of violations.slice(0, 20))
    console.log(`VIOLATION ${rule} ${id}: ${detail}`);
  // Nothing before the fault is no measurement.
  isRight &&= before > 0 && ratio >= 0.95 && violations.length === 0;
  await killAllApps();
}
process.exit(isRight ? 0 : 1);
