import type { Mailer } from '../core/mail.ts';
import type { PaymentProvider } from '../core/payment.ts';
import { performing } from '../core/perform.ts';
import { type Pipeline, pipelineFor } from '../core/pipelines.ts';
import { reconcile } from '../core/reconcile.ts';
import type { Store } from '../core/store.ts';
import type { World } from '../core/world.ts';
import { type DeliveryPorts, deliveries } from './deliveries.ts';
import type { Log } from './log.ts';
import { type Loop, startLoop } from './loop.ts';
import { maintenance } from './maintenance.ts';
import { outage } from './outage.ts';
import { reporting } from './reports.ts';
import { tick } from './tick.ts';
import { systemTimer, type Timer } from './timer.ts';

export type WorkerPorts = {
  readonly store: Pick<Store, 'queue' | 'audits' | 'wakeup' | 'prune'>;
  readonly provider: PaymentProvider;
  readonly mailer: Mailer;
  readonly world: World;
  readonly log: Log;
  readonly timer?: Timer;
};

export type WorkerSettings = {
  /** Names of the pipelines that this worker works. */
  readonly pipelines: readonly string[];
  /** Loops that take tasks, for each pipeline. */
  readonly claimers: number;
  /** Tasks taken at once. */
  readonly batchMax: number;
  /** Mails under way at once, for each pipeline. */
  readonly mailsMax: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly reconcileAfterMs: number;
  /** How long `stop` waits for what is under way. */
  readonly shutdownMs: number;
  /** The right half of each mail's `Message-ID`. */
  readonly mailDomain: string;
};

export type Worker = {
  /**
   * Takes no more tasks, lets what was begun end and be written down, and gives the rest back, no attempt
   * spent. What has not ended after `shutdownMs` is left to the rescue.
   */
  stop(): Promise<void>;
};

/** Drives the queue: loops for each pipeline, none of which waits for another, and the maintenance. */
export const startWorker = (ports: WorkerPorts, settings: WorkerSettings): Worker => {
  const { store, provider, mailer, world, log, timer = systemTimer } = ports;
  const { queue, audits, wakeup } = store;
  const shared: DeliveryPorts = {
    queue,
    world,
    log,
    timer,
    clock: world.clock,
    chance: world.chance,
    outage: outage(log, world.clock),
    perform: performing({ mailer, world }, settings),
    report: reporting(queue, world.clock, timer),
  };
  const lines = settings.pipelines.map((name) => startLine(pipelineFor(name), shared, settings));
  const unlisten = wakeup.listen(() => {
    for (const line of lines) line.wake();
  });

  const upkeep = maintenance(
    { store, reconcile: reconcile({ audits, provider, wakeup, world }), clock: world.clock, log },
    settings,
  );
  const keepers = Object.entries(upkeep).map(([name, poll]) => startLoop(name, poll, shared));

  return {
    stop: async () => {
      unlisten();
      let impatient = () => {};
      const patience = new Promise<void>((resolve) => {
        impatient = timer.after(settings.shutdownMs, resolve);
      });
      const kept = Promise.all(keepers.map((keeper) => keeper.stop()));
      await Promise.all([Promise.race([kept, patience]), ...lines.map((line) => line.stop(patience))]);
      impatient();
    },
  };
};

/** One pipeline's claimers, and what they lease. */
const startLine = (pipeline: Pipeline, ports: DeliveryPorts, settings: WorkerSettings) => {
  const wake = () => {
    for (const loop of loops) loop.wake();
  };
  const { leaseMs, mailsMax: parallelMax, batchMax } = settings;
  const under = deliveries(pipeline, ports, { leaseMs, parallelMax, batchMax }, wake);
  const loops: readonly Loop[] = Array.from({ length: settings.claimers }, (_, index) =>
    startLoop(
      `the claimer ${index + 1} of ${pipeline.name}`,
      tick(pipeline, { ...ports, deliveries: under }, settings),
      ports,
    ),
  );
  return {
    wake,
    stop: async (patience: Promise<void>): Promise<void> => {
      await Promise.race([Promise.all(loops.map((loop) => loop.stop())), patience]);
      await under.stop(patience);
    },
  };
};
