import process from 'node:process';
import { DBOS } from '@dbos-inc/dbos-sdk';

/** `bun dbos.ts <url> <workflows> <in flight> <pool size>`: runs workflows of three no-op steps. */
const [url = '', count = '', inFlight = '100', poolSize = '20'] = process.argv.slice(2);
const workflows = Number(count);

const doNothing = async () => {};
const fulfil = DBOS.registerWorkflow(
  async () => {
    for (const name of ['stock', 'invoice', 'notify']) await DBOS.runStep(doNothing, { name });
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
const runWorkflows = async (): Promise<void> => {
  while (next < workflows) {
    next++;
    await (await DBOS.startWorkflow(fulfil)()).getResult();
  }
};
const used = process.cpuUsage();
const startMs = performance.now();
await Promise.all(Array.from({ length: Number(inFlight) }, runWorkflows));
const seconds = (performance.now() - startMs) / 1_000;
const { user, system } = process.cpuUsage(used);
await DBOS.shutdown();
console.log(JSON.stringify({ perSecond: workflows / seconds, workerCpuUsEach: (user + system) / workflows }));
process.exit();
