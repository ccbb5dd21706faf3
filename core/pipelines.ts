import { digital } from './pipelines/digital.ts';
import { physical } from './pipelines/physical.ts';
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
