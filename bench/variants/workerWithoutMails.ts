import { createServer } from 'node:http';
import process from 'node:process';
import { createInvoiceRenderer } from '../../adapters/pdf/renderer.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import type { Mailer } from '../../core/mail.ts';
import { noStepServices } from '../../core/stepService.ts';
import { readConfig } from '../../server/config.ts';
import { openProvider, openRequestPriority, openStore, workerSettingsOf } from '../../server/wiring.ts';
import { startWorker } from '../../worker/worker.ts';

/**
 * The product's worker with its own settings, and a mail server that accepts at once and keeps nothing. The mail is put
 * into words, its step has its lease and its ledger, and its invoice is not drawn, as in a shop that captures mails.
 */
const mailer: Mailer = { drawsInvoicesLater: true, send: async () => ({ kind: 'accepted' }) };

const read = readConfig(process.env);
if (read.isErr()) throw new Error(read.error.join('\n'));
const config = read.value;
const world = createSystemWorld();
const store = await openStore(world, config);
const { provider, close } = await openProvider(world, config);
const worker = startWorker(
  {
    store,
    provider,
    mailer,
    world,
    log: console,
    invoiceRenderer: createInvoiceRenderer(world.yieldToEventLoop),
    stepServices: noStepServices,
    eventTargets: [],
    priority: openRequestPriority(world, config),
    mayClaim: () => true,
  },
  workerSettingsOf(config),
);
const health = createServer((_, response) => response.end()).listen(config.port);

process.on('SIGTERM', async () => {
  health.close();
  await worker.stop();
  await close();
  await store.close();
  process.exit();
});
