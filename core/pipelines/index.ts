import { digital } from './digital.ts';
import { physical } from './physical.ts';
import type { JobPipeline, Pipeline } from './pipeline.ts';
import { providerEvent } from './providerEvent.ts';
import { moneyAudit } from './reconciliation.ts';
import { refund } from './refund.ts';
import { service } from './service.ts';

/** A new product type is one file beside these and its line here. */
const registry: readonly Pipeline[] = [physical, digital, service];

export const pipelines: ReadonlyMap<string, Pipeline> = new Map(registry.map((one) => [one.name, one]));

/** Products of a type without a pipeline are refused when they come in, so an order always has one. */
export const pipelineFor = (productType: string): Pipeline => {
  const pipeline = pipelines.get(productType);
  if (pipeline === undefined) throw new Error(`no pipeline serves the product type ${productType}`);
  return pipeline;
};

/** No product may have one of these for its type. */
export const jobPipelines: readonly JobPipeline[] = [refund, providerEvent, moneyAudit];
