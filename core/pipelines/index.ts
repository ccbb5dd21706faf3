import { digitalPipeline } from './digital.ts';
import { physicalPipeline } from './physical.ts';
import type { JobPipeline, Pipeline } from './pipeline.ts';
import { providerEventPipeline } from './providerEvent.ts';
import { reconciliationPipeline } from './reconciliation.ts';
import { refundPipeline } from './refund.ts';
import { servicePipeline } from './service.ts';

/** To add a product type, add its file to this folder and its pipeline to this list. */
const productPipelines: readonly Pipeline[] = [physicalPipeline, digitalPipeline, servicePipeline];

/** The pipelines of orders, by product type. */
export const pipelines: ReadonlyMap<string, Pipeline> = new Map(
  productPipelines.map((pipeline) => [pipeline.name, pipeline]),
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
