import type { EventTarget } from '../core/eventTarget.ts';
import type { WorkerPorts } from '../worker/worker.ts';
import type { Config } from './config.ts';
import type { Close, Closing } from './process.ts';
import type { Telemetry } from './telemetry.ts';
import type { Tracing } from './tracing.ts';
import { openWebhookTarget } from './webhooks.ts';
import { openStepServices, workerSettingsOf } from './wiring.ts';

type OwnPorts = Omit<WorkerPorts, 'stepServices' | 'eventTargets' | 'traceStep'>;

/**
 * Starts the worker of this process and adds its stop to `closers`. A signal can come while its modules are loaded, or
 * before: then it is not started, since what it would use is closed.
 */
export const openWorker = async (
  ports: OwnPorts,
  otherTargets: readonly EventTarget[],
  {
    telemetry,
    tracing,
    closing,
  }: { readonly telemetry: Telemetry; readonly tracing: Tracing; readonly closing: Pick<Closing, 'goOn'> },
  config: Config,
  closers: Close[],
): Promise<void> => {
  const { world, log } = ports;
  const { startWorker } = await import('../worker/worker.ts');
  const stepServices = telemetry.measureServices(
    tracing.stepServices(await openStepServices(world, config, log)),
  );
  const eventTargets = [...otherTargets, await openWebhookTarget(world, config, log)]
    .map((target) => tracing.eventTarget(target))
    .map(telemetry.measureEventTarget);
  closing.goOn();
  const workerPorts = { ...ports, stepServices, eventTargets, ...tracing.worker };
  closers.push(startWorker(workerPorts, workerSettingsOf(config)).stop);
};
