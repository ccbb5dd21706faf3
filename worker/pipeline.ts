import type { JobPipeline, Pipeline } from '../core/pipelines/pipeline.ts';
import type { RequestPriority } from '../core/requestPriority.ts';
import { type ClaimTasks, createClaimRound } from './claimRound.ts';
import { type AnyReport, createExecutor, type Executor, type ExecutorPorts } from './executor.ts';
import type { LeaseRef } from './heldLeases.ts';
import { type Loop, startLoop } from './loop.ts';
import type { StepLog } from './stepLog.ts';

type PipelineSettings = {
  readonly claimers: number;
  readonly batchMax: number;
  readonly mailsMax: number;
  readonly leaseMs: number;
  readonly pollMs: number;
};

export type RunningPipeline = Pick<Executor<never>, 'releaseHeld' | 'stop'> & {
  readonly name: string;
  wake(): void;
};

/** Starts the claim loops of one pipeline, and the executor of what they lease. */
export const startPipeline = <L extends LeaseRef, Report extends AnyReport>(
  pipeline: Pipeline | JobPipeline,
  claim: ClaimTasks<L>,
  ports: ExecutorPorts<L, Report> & { readonly stepLog: StepLog },
  priority: Pick<RequestPriority, 'work' | 'end'>,
  settings: PipelineSettings,
): RunningPipeline => {
  const wake = () => {
    for (const loop of loops) loop.wake();
  };
  const { leaseMs, mailsMax: parallelMax, batchMax } = settings;
  const executor = createExecutor(pipeline, ports, { leaseMs, parallelMax, batchMax }, wake);
  const loops: readonly Loop[] = Array.from({ length: settings.claimers }, (_, index) =>
    startLoop(
      `claim loop ${index + 1} of ${pipeline.name}`,
      createClaimRound(claim, { ...ports, executor, priority }, settings),
      ports,
    ),
  );
  return {
    name: pipeline.name,
    wake,
    releaseHeld: executor.releaseHeld,
    stop: async (deadline: Promise<void>): Promise<void> => {
      await Promise.race([Promise.all(loops.map((loop) => loop.stop())), deadline]);
      await executor.stop(deadline);
    },
  };
};
