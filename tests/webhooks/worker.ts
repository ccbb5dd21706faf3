/** A worker with a fast clock, which a run of webhooks kills. Arguments: the database, and when the clock starts. */

import process from 'node:process';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import { createWebhookTarget } from '../../adapters/webhooks/target.ts';
import { jobPipelines, pipelines } from '../../core/pipelines/index.ts';
import { createRequestPriority, shareWithServer } from '../../core/requestPriority.ts';
import { noStepServices } from '../../core/stepService.ts';
import { createLog } from '../../server/log.ts';
import { openStore } from '../../server/wiring.ts';
import { startWorker } from '../../worker/worker.ts';
import { plainRenderer } from '../plainRenderer.ts';
import { createFastWorld } from './fastWorld.ts';

const [databaseUrl = '', startMs = ''] = process.argv.slice(2);
const world = createFastWorld(Number(startMs));
const store = await openStore(world, { databaseUrl, databasePooling: 'session', databasePoolSize: 4 });
const log = createLog((line) => process.stderr.write(line), world.clock, { level: 'error', readable: false });

startWorker(
  {
    store,
    provider: createSandboxProvider(createMemoryRecords(), world),
    mailer: store.mailbox,
    invoiceRenderer: plainRenderer,
    stepServices: noStepServices,
    eventTargets: [createWebhookTarget(world, { allowPrivate: true })],
    world,
    log,
    priority: createRequestPriority(world.timer, shareWithServer),
    mayClaim: () => true,
  },
  {
    pipelines: [...pipelines.keys(), ...jobPipelines.map(({ name }) => name)],
    claimers: 1,
    batchMax: 50,
    mailsMax: 20,
    // 3 seconds of the machine.
    leaseMs: 300_000,
    pollMs: 100,
    reconcileAfterMs: 3_600_000,
    shutdownMs: 1_000,
    mailDomain: 'shop.example',
  },
);
console.log('started');
