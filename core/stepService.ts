import type { Contact, Order, OrderDetail } from './order.ts';
import type { Pipeline, StepService } from './pipelines/pipeline.ts';
import type { ServiceReference, StepReference } from './serviceReference.ts';

/** The result of a call to a step service. `reason` is for logs and people. */
export type ServiceOutcome =
  | { readonly kind: 'done'; readonly reference: ServiceReference }
  /** The service will never do it. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** The service may do it later, or has done it and its answer was lost. `retryAfterMs`: as the service asks. */
  | { readonly kind: 'deferred'; readonly reason: string; readonly retryAfterMs: number | null }
  /** The service accepts no request now: it is down, or limits how much we send. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterMs: number | null };

/** Asks step services to do steps. Never throws, and returns within its own time limit. */
export interface StepServices {
  /** Those that have a URL: they do their steps, and not our own database. */
  readonly available: readonly StepService[];
  /** Every attempt of one step has the same `key` and `body`, so that the service does the step once. */
  call(request: {
    readonly service: StepService;
    readonly key: string;
    readonly body: string;
  }): Promise<ServiceOutcome>;
}

/** Every step is done in our own database. */
export const noStepServices: StepServices = {
  available: [],
  call: async ({ service }) => ({ kind: 'unavailable', reason: `${service} has no URL`, retryAfterMs: null }),
};

/** The steps after which units have left the shop, whether we or a service did them. */
export const goodsSteps: readonly string[] = ['request_shipment', 'issue_licence'];

/** What an order shows of the references that step services sent for it. A shipment without one cannot be followed. */
export const shownReferences = (
  references: readonly Omit<StepReference, 'orderId'>[],
): Pick<OrderDetail, 'licences' | 'bookings' | 'shipment'> => {
  const ofStep = (name: string) => references.filter(({ step }) => step === name);
  const named = (name: string) => ofStep(name).flatMap(({ reference }) => reference ?? []);
  const [shipment] = ofStep('request_shipment').filter(
    ({ reference, url }) => reference !== null || url !== null,
  );
  return {
    licences: named('issue_licence'),
    bookings: named('book'),
    shipment: shipment === undefined ? null : { reference: shipment.reference, url: shipment.url },
  };
};

/**
 * The body of the request for a step. Null if no step service does the step. It is stored with the intent, because
 * orders may have changed by the next attempt. Only a carrier needs to know where to reach the customer.
 */
export const serviceRequestBody = (
  { steps }: Pipeline,
  stepName: string,
  task: {
    readonly taskId: string;
    readonly orders: readonly { readonly order: Order; readonly contact: Contact }[];
  },
): string | null => {
  const step = steps.find(({ name }) => name === stepName);
  if (step?.kind !== 'external' || step.service === 'notify_customer') return null;
  const isCarrier = step.service === 'carrier';
  const first = task.orders[0]?.order;
  return JSON.stringify({
    taskId: task.taskId,
    checkoutId: first?.checkoutId ?? null,
    customerId: first?.customerId ?? null,
    step: stepName,
    orders: task.orders.map(({ order, contact }) => ({
      ...serviceOrder(order),
      ...(isCarrier ? { contact: { email: contact.email, language: contact.language } } : {}),
    })),
  });
};

/** An order as every step service gets it. */
export const serviceOrder = ({ id, product, quantity, total }: Order) => ({
  id,
  product: { id: product.id, code: product.code, name: product.name, type: product.type },
  quantity,
  total: { amount: total.amount, currency: total.currency },
});
