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
  readonly historyState: string;
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

/** What is done for a job. Each may be begun again after a crash, and does its work once all the same. */
export type JobService = 'return_money' | 'notify_of_refund' | 'act_on_event' | 'compare_ledgers';

/** The road of what is no order: its own records say how far it came, and its task only that work is left. */
export type JobPipeline = {
  readonly name: string;
  readonly steps: readonly [JobStep, ...JobStep[]];
};

type JobStep = { readonly name: string; readonly service: JobService };
