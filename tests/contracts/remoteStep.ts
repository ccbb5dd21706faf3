import { pipelineFor } from '../../core/pipelines/index.ts';
import type { Pipeline } from '../../core/pipelines/pipeline.ts';

/** The pipeline of a type whose first step is done by another service. So a test can lease it, and make it fail. */
export const withRemoteStep = (type: string): Pipeline => {
  const { name, steps } = pipelineFor(type);
  const [first, ...rest] = steps;
  const remote = { name: first.name, historyState: first.historyState, kind: 'external' } as const;
  return { name, steps: [{ ...remote, service: 'notify_customer' }, ...rest] };
};
