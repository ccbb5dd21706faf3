import type { OperatorCommand } from '../../core/activity.ts';
import type { Log } from '../../core/log.ts';
import type { StepService } from '../../core/pipelines/pipeline.ts';
import type { StockChange } from '../../core/product.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import { operatorRefundKey } from '../../core/refund.ts';
import type { RequestPriority } from '../../core/requestPriority.ts';
import type { Store } from '../../core/store.ts';
import { createAssignRefund } from '../../core/usecases/assignRefund.ts';
import { type CheckoutCommand, createCheckOut } from '../../core/usecases/checkOut.ts';
import { createGiveUpCheckout } from '../../core/usecases/giveUpCheckout.ts';
import { createReceiveEvent } from '../../core/usecases/providerEvents.ts';
import { createRequestRefund } from '../../core/usecases/requestRefund.ts';
import { createRetryMatching } from '../../core/usecases/retryMatching.ts';
import type { World } from '../../core/world.ts';
import { createSubscriptionApi } from './subscriptionApi.ts';

const operatorActor = { id: 'desk', email: 'desk@shop.test' };

type Placement = {
  readonly key: string;
  readonly customerId: string;
  readonly email: string;
  readonly productId: string;
  readonly quantity: number;
};

/** The requests that a process serves, as its routes do them. HTTP itself is left out. */
export const createApi = (
  ports: {
    readonly store: Store;
    readonly provider: PaymentProvider;
    readonly world: World;
    readonly log: Log;
    readonly priority: Pick<RequestPriority, 'serve'>;
  },
  settings: { readonly reconcileAfterMs: number; readonly orderTtlMs: number },
  services: readonly StepService[],
) => {
  const { store, world, priority } = ports;
  const useCasePorts = { ...store, provider: ports.provider, world, log: ports.log };
  const checkOut = createCheckOut(useCasePorts, settings);
  const giveUp = createGiveUpCheckout(useCasePorts);
  const requestRefund = createRequestRefund(useCasePorts);
  const assignRefund = createAssignRefund(useCasePorts);
  const receiveEvent = createReceiveEvent(useCasePorts);
  const retryMatching = createRetryMatching(useCasePorts);
  const nowMs = () => world.clock.nowMs();
  const createId = () => world.ids.next(nowMs());
  const command = (requestId: string): OperatorCommand => ({ actor: operatorActor, requestId, createId });
  const { serve } = priority;
  return {
    placeOrder: ({ key, customerId, email, productId, quantity }: Placement) =>
      serve(async () => {
        const placed = await store.orders.placeOnce(
          [
            {
              ...{ id: createId(), customerId, contact: { email, language: null }, productId, quantity },
              ttlMs: settings.orderTtlMs,
              commandKey: {
                ...{ callerId: customerId, route: 'POST /orders', key },
                fingerprint: `${productId} ${quantity}`,
              },
            },
          ],
          nowMs(),
        );
        return placed.andThen(([one]) => {
          if (one === undefined) throw new Error('no order was placed');
          return one;
        });
      }),
    checkOut: (request: CheckoutCommand) => serve(() => checkOut(request)),
    giveUp: (request: Parameters<typeof giveUp>[0]) => serve(() => giveUp(request)),
    cancelOrder: (id: string, customerId: string) =>
      serve(() => store.orders.cancel(id, customerId, nowMs())),
    changeQuantity: (change: Parameters<Store['orders']['changeQuantity']>[0]) =>
      serve(() => store.orders.changeQuantity(change, nowMs())),
    requestRefund: (refund: {
      readonly key: string;
      readonly orderId: string;
      readonly amount: number | null;
      readonly requestId: string;
    }) =>
      serve(() =>
        requestRefund({
          key: operatorRefundKey(operatorActor.id, refund.key),
          orderId: refund.orderId,
          amount: refund.amount === null ? null : { amount: refund.amount, currency: null },
          origin: 'operator',
          reason: 'asked for',
          command: command(refund.requestId),
        }),
      ),
    assignRefund: (refundId: string, orderId: string, requestId: string) =>
      serve(() => assignRefund({ refundId, orderId, command: command(requestId) })),
    receiveEvent: (body: string, signature: string) =>
      serve(() => receiveEvent({ body, header: (name) => (name === 'stripe-signature' ? signature : null) })),
    retryTasks: (taskIds: readonly string[], requestId: string) =>
      serve(async () => {
        const retried = await store.queue.retry(taskIds, nowMs(), command(requestId));
        if (retried.isOk()) store.wakeup.notify();
        return retried;
      }),
    retryMatching: (request: Parameters<typeof retryMatching>[0], requestId: string) =>
      serve(() => retryMatching(request, command(requestId))),
    skip: (taskId: string, step: string, requestId: string) =>
      serve(() =>
        store.queue.skip(
          { taskIds: [taskId], reason: 'it is not needed', step, services },
          nowMs(),
          command(requestId),
        ),
      ),
    correctContact: (orderId: string, email: string, resend: boolean, requestId: string) =>
      serve(() => store.contacts.correct({ orderId, email, resend, createId }, nowMs(), command(requestId))),
    beginPause: (pipeline: string, step: string | null, requestId: string) =>
      serve(() =>
        store.pauses.begin(
          { id: createId(), pipeline, step, reason: 'we look at it', command: command(requestId) },
          nowMs(),
        ),
      ),
    endPause: (id: string, requestId: string) =>
      serve(() => store.pauses.end(id, nowMs(), command(requestId))),
    findProduct: (id: string) => serve(() => store.products.find(id)),
    changeStock: (id: string, stock: StockChange, requestId: string) =>
      serve(() => store.products.change(id, { stock }, nowMs(), command(requestId))),
    ...createSubscriptionApi(ports, command),
    reconcile: (day: string) =>
      serve(async () => {
        const range = world.calendar.rangeOf(day);
        if (range === null) throw new Error(`${day} is no day`);
        const ids = { id: createId(), taskId: createId() };
        const requested = await store.ledger.requestReconciliation(
          { ...ids, day, dayMs: range.fromMs, endMs: range.toMs },
          nowMs(),
        );
        if (requested.isOk()) store.wakeup.notify();
        return requested;
      }),
  };
};

export type Api = ReturnType<typeof createApi>;
