import type { JobPipeline, Pipeline } from './pipeline.ts';
import * as productPipelines from './products.ts';
import { providerEventPipeline } from './providerEvent.ts';
import { reconciliationPipeline } from './reconciliation.ts';
import { refundPipeline } from './refund.ts';

/** The pipelines of orders, by product type. */
export const pipelines: ReadonlyMap<string, Pipeline> = new Map(
  Object.values<Pipeline>(productPipelines).map((pipeline) => [pipeline.name, pipeline]),
);

/** Throws if no pipeline serves the type. Products of such a type are refused when they are written. */
export const pipelineFor = (productType: string): Pipeline => {
  const pipeline = pipelines.get(productType);
  if (pipeline === undefined) throw new Error(`no pipeline serves the product type ${productType}`);
  return pipeline;
};

/** The pipelines of jobs. No product type may have the name of one of them. */
export const jobPipelines: readonly JobPipeline[] = [
  refundPipeline,
  providerEventPipeline,
  reconciliationPipeline,
];

/** The pipeline of orders or of jobs with this name. Throws if there is none. */
export const pipelineNamed = (name: string): Pipeline | JobPipeline =>
  jobPipelines.find((pipeline) => pipeline.name === name) ?? pipelineFor(name);
