import process from 'node:process';
import { PgBoss } from 'pg-boss';

/** `bun pgboss.ts <url> <jobs> <enqueue batch>`: inserts no-op jobs, then one process fetches and completes them. */
const [url = '', count = '', batch = '1000'] = process.argv.slice(2);
const jobs = Number(count);
const fetchers = 2;
const batchSize = 500;

const boss = new PgBoss({ connectionString: url, max: 10, supervise: false, schedule: false });
boss.on('error', (cause) => {
  throw cause;
});
await boss.start();
await boss.createQueue('nothing');

const enqueueMs = performance.now();
for (let at = 0; at < jobs; at += Number(batch)) {
  const rows = Array.from({ length: Math.min(Number(batch), jobs - at) }, (_, index) => ({
    data: { id: at + index },
  }));
  await boss.insert('nothing', rows);
}
const enqueuedPerSecond = jobs / ((performance.now() - enqueueMs) / 1_000);

let done = 0;
const fetchAll = async (): Promise<void> => {
  for (;;) {
    const fetched = await boss.fetch('nothing', { batchSize });
    if (fetched.length === 0) return;
    await boss.complete(
      'nothing',
      fetched.map(({ id }) => id),
    );
    done += fetched.length;
  }
};
const used = process.cpuUsage();
const drainMs = performance.now();
await Promise.all(Array.from({ length: fetchers }, fetchAll));
const drainedPerSecond = jobs / ((performance.now() - drainMs) / 1_000);
const { user, system } = process.cpuUsage(used);
if (done !== jobs) throw new Error(`${done} of ${jobs} jobs were done`);
await boss.stop();
console.log(JSON.stringify({ drainedPerSecond, enqueuedPerSecond, workerCpuUsEach: (user + system) / jobs }));
process.exit();
