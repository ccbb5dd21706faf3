import type { Pipeline, Step, StepService } from './pipeline.ts';

/** The pipeline, with each step that one of these services can do as an external step of that service. */
export const withServices = (pipeline: Pipeline, services: readonly StepService[]): Pipeline => {
  const convert = (step: Step): Step => {
    if (step.kind === 'external' || step.service === undefined || !services.includes(step.service))
      return step;
    const { effect: _, ...rest } = step;
    return { ...rest, kind: 'external', service: step.service };
  };
  const [first, ...others] = pipeline.steps;
  return { ...pipeline, steps: [convert(first), ...others.map(convert)] };
};
