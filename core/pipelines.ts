import { digital } from './pipelines/digital.ts';
import { moneyAudit } from './pipelines/moneyAudit.ts';
import { physical } from './pipelines/physical.ts';
import { providerEvent } from './pipelines/providerEvent.ts';
import { refund } from './pipelines/refund.ts';
import { service } from './pipelines/service.ts';

/**
 * What our own database does for an order, for a whole batch at once, in the transaction that also writes the
 * order's history and moves its task on: exactly once. Each adapter has a table of these, total over the union.
 */
export type Effect = 'take_stock' | 'issue_licences' | 'issue_invoice' | 'request_shipment';

/** What another machine does for an order, under a lease and a ledger: see `Queue`. */
export type Service = 'notify_customer';

export type Step = {
  readonly name: string;
  /** What the order's history says once the step is done. */
  readonly leaves: string;
} & (
  | { readonly kind: 'tx'; readonly effect: Effect }
  | { readonly kind: 'external'; readonly service: Service }
);

/** The road of a paid order of one product type. */
export type Pipeline = {
  /** Also the product type that it serves. */
  readonly name: string;
  readonly steps: readonly [Step, ...Step[]];
};

/** A new product type is one file beside these and its line here. */
const registry: readonly Pipeline[] = [physical, digital, service];

export const pipelines: ReadonlyMap<string, Pipeline> = new Map(registry.map((one) => [one.name, one]));

/** Products of a type without a pipeline are refused when they come in, so an order always has one. */
export const pipelineFor = (productType: string): Pipeline => {
  const pipeline = pipelines.get(productType);
  if (pipeline === undefined) throw new Error(`no pipeline serves the product type ${productType}`);
  return pipeline;
};

/** What is done for a job. Each may be begun again after a crash, and does its work once all the same. */
export type JobService = 'return_money' | 'notify_of_refund' | 'act_on_event' | 'compare_ledgers';

/** The road of what is no order: its own records say how far it came, and its task only that work is left. */
export type JobPipeline = {
  readonly name: string;
  readonly steps: readonly [JobStep, ...JobStep[]];
};

type JobStep = { readonly name: string; readonly service: JobService };

/** No product may have one of these for its type. */
export const jobPipelines: readonly JobPipeline[] = [refund, providerEvent, moneyAudit];
