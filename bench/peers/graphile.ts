import process from 'node:process';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';

/** `bun graphile.ts <url> <jobs> <enqueue batch>`: enqueues no-op jobs, then one worker process drains them. */
const [url = '', count = '', batch = '1000'] = process.argv.slice(2);
const jobs = Number(count);

/** The settings for throughput from https://worker.graphile.org/docs/performance */
const preset = {
  worker: {
    connectionString: url,
    concurrentJobs: 24,
    maxPoolSize: 25,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
};
const logger = new Logger(() => () => {});

const utils = await makeWorkerUtils({ connectionString: url, logger });
await utils.migrate();
const enqueueMs = performance.now();
for (let at = 0; at < jobs; at += Number(batch)) {
  const specs = Array.from({ length: Math.min(Number(batch), jobs - at) }, (_, index) => ({
    identifier: 'nothing',
    payload: { id: at + index },
  }));
  await utils.addJobs(specs);
}
const enqueuedPerSecond = jobs / ((performance.now() - enqueueMs) / 1_000);

let done = 0;
let finished = () => {};
const all = new Promise<void>((resolve) => {
  finished = resolve;
});
const used = process.cpuUsage();
const drainMs = performance.now();
const runner = await run({
  preset,
  logger,
  taskList: {
    nothing: () => {
      done++;
      if (done === jobs) finished();
    },
  },
});
await all;
// Waits until the last completions are written.
await runner.stop();
const drainedPerSecond = jobs / ((performance.now() - drainMs) / 1_000);
const { user, system } = process.cpuUsage(used);
await utils.release();
if (done !== jobs) throw new Error(`${done} of ${jobs} jobs were done`);
console.log(JSON.stringify({ drainedPerSecond, enqueuedPerSecond, workerCpuUsEach: (user + system) / jobs }));
process.exit();
