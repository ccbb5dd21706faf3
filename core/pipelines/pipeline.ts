/**
 * Work that runs in our own database, for a whole batch of tasks in one transaction. The same transaction writes the
 * orders' history and advances their tasks, so each effect happens exactly once. Each adapter implements all of them.
 */
export type Effect = 'book_places' | 'issue_licences' | 'issue_invoice' | 'request_shipment';

/** Work of an order that another service does. It runs under a lease and is in the step ledger: see `Queue`. */
export type Service = 'notify_customer' | StepService;

/** A service of another company that can do steps of orders: see `StepServices`. */
export type StepService = 'carrier' | 'invoice_service' | 'product_service';

/**
 * One part of a pipeline: `tx` runs in our database, `external` calls another service. The `service` of a `tx` step does
 * the step instead, where it has a URL: see `withServices`.
 */
export type Step = {
  readonly name: string;
  /** The state in the order's history that says that the step is done. */
  readonly historyState: string;
  /** True if the step only tells the customer about the orders. They are completed without it. */
  readonly isNotice?: true;
  /** How long one try of an external step may take, ms. If it is left out: a minute. */
  readonly deadlineMs?: number;
} & (
  | { readonly kind: 'tx'; readonly effect: Effect; readonly service?: StepService }
  | { readonly kind: 'external'; readonly service: Service }
);

/** The steps that a paid order of one product type goes through, in this order. */
export type Pipeline = {
  /** Also the product type that it serves. */
  readonly name: string;
  readonly steps: readonly [Step, ...Step[]];
  /** What the mail says about what happens next, in each language. Absent if nothing does. */
  readonly next?: Readonly<Record<'vi' | 'en', string>>;
};

/** Work of a job. After a crash it runs again, so each service must have its effect only once. */
export type JobService = 'refund_charge' | 'notify_of_refund' | 'act_on_event' | 'reconcile_ledger';

/**
 * The steps of a job. A job is work that is not an order: a refund, a provider's event or a reconciliation. The record
 * of the job says what has been done; its task only says that work is left.
 */
export type JobPipeline = {
  readonly name: string;
  readonly steps: readonly [JobStep, ...JobStep[]];
};

type JobStep = {
  readonly name: string;
  readonly service: JobService;
  /** As for a `Step`. */
  readonly deadlineMs?: number;
  /** True if the step only tells the customer what the job has done. */
  readonly isNotice?: true;
};
