import process from 'node:process';
import { DBOS } from '@dbos-inc/dbos-sdk';

/** `bun dbos.ts <url> <workflows> <in flight> <pool size>`: workflows of three steps that do nothing. */
const [url = '', count = '', inFlight = '100', poolSize = '20'] = process.argv.slice(2);
const workflows = Number(count);

const nothing = async () => {};
const fulfil = DBOS.registerWorkflow(
  async () => {
    for (const name of ['stock', 'invoice', 'notify']) await DBOS.runStep(nothing, { name });
  },
  { name: 'fulfil' },
);
DBOS.setConfig({
  name: 'bench',
  systemDatabaseUrl: url,
  systemDatabasePoolSize: Number(poolSize),
  runAdminServer: false,
  logLevel: 'error',
});
await DBOS.launch();

let next = 0;
const line = async (): Promise<void> => {
  while (next < workflows) {
    next++;
    await (await DBOS.startWorkflow(fulfil)()).getResult();
  }
};
const used = process.cpuUsage();
const beganMs = performance.now();
await Promise.all(Array.from({ length: Number(inFlight) }, line));
const seconds = (performance.now() - beganMs) / 1_000;
const { user, system } = process.cpuUsage(used);
await DBOS.shutdown();
console.log(JSON.stringify({ perSecond: workflows / seconds, workerCpuUsEach: (user + system) / workflows }));
process.exit();
