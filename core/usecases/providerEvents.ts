import { err, ok, type Result } from 'neverthrow';
import type { Audits } from '../audit.ts';
import { createResultBatcher } from '../batch.ts';
import { parseUuid } from '../id.ts';
import type { Inbox, InboxItem } from '../inbox.ts';
import type { EventFailure, PaymentProvider, ProviderEvent, WebhookRequest } from '../provider.ts';
import type { Wakeup } from '../queue.ts';
import type { Refunds } from '../refund.ts';
import type { AsyncResult, Unavailable } from '../result.ts';
import type { World } from '../world.ts';
import type { PaymentRecovery } from './recoverPayments.ts';
import { createRefundLateCharge } from './refundLateCharge.ts';

/** How many events may share one commit, and how many may wait for it before more are refused. */
const limits = { batchMax: 128, waitingMax: 4_096 };

export type ReceiveEvent = (delivery: WebhookRequest) => Promise<Result<void, EventFailure | Unavailable>>;

/** Takes in what a provider tells: believed only with its signature, stored once, and acted on by a worker. */
export const createReceiveEvent = ({
  inbox,
  provider,
  wakeup,
  world,
}: {
  readonly inbox: Inbox;
  readonly provider: PaymentProvider;
  readonly wakeup: Wakeup;
  readonly world: World;
}): ReceiveEvent => {
  const { clock, ids } = world;
  const receive = createResultBatcher<InboxItem, boolean>(inbox.receive, limits, world);

  return async (delivery) => {
    const nowMs = clock.nowMs();
    const event = await provider.readEvent(delivery, nowMs);
    if (event.isErr()) return err(event.error);
    if (event.value.subject.kind === 'other') return ok(undefined);
    const received = await receive({
      id: ids.next(nowMs),
      taskId: ids.next(nowMs),
      provider: provider.name,
      event: event.value,
      body: delivery.body,
    });
    if (received.isOk() && received.value) wakeup.notify();
    return received.map(() => undefined);
  };
};

/** True where nothing is left to be done; false where it is too early, and the event must be looked at again. */
export type ActOnEvent = (event: ProviderEvent) => AsyncResult<boolean>;

/**
 * Events come twice, late and in any order, so none of them is taken for the state of things: each is a reason
 * to look. A payment that is open is asked about; one that was given up, and of which the event proves that
 * the money moved, is sent back; a refund is asked about. What is not ours is let be.
 */
export const createActOnEvent = (ports: {
  readonly audits: Audits;
  readonly refunds: Refunds;
  readonly reconciler: PaymentRecovery;
  readonly wakeup: Wakeup;
  readonly world: World;
}): ActOnEvent => {
  const { audits, refunds, reconciler: recovery, wakeup, world } = ports;
  const returnLate = createRefundLateCharge(ports);

  const lookAtPayment = async (
    paymentId: string,
    reference: string,
    succeeded: boolean,
  ): AsyncResult<boolean> => {
    const found = await audits.find(paymentId);
    if (found.isErr()) return err(found.error);
    switch (found.value?.payment.status) {
      case 'initiated':
      case 'unknown':
      case 'requires_action':
        // Not yet where a checkout is charging it just now: what that one is told is as good.
        return succeeded
          ? recovery.recoverOne(paymentId)
          : (await recovery.recoverOne(paymentId)).map(() => true);
      case 'declined':
      case 'cancelled':
        return succeeded ? (await returnLate(paymentId, reference)).map(() => true) : ok(true);
      default:
        return ok(true);
    }
  };

  const lookAtRefund = async (refundId: string, failure: string | null): AsyncResult<boolean> => {
    const nowMs = world.clock.nowMs();
    if (failure !== null) {
      const outcome = { kind: 'failed', reason: failure } as const;
      return (await refunds.finish({ refundId, outcome }, nowMs)).map(() => true);
    }
    const hastened = await refunds.runNow(refundId, nowMs);
    if (hastened.isOk()) wakeup.notify();
    return hastened.map(() => true);
  };

  return async ({ subject }) => {
    // What others wrote into the provider's records need not be an id of ours.
    if (subject.kind === 'payment') {
      const paymentId = parseUuid(subject.paymentId ?? '');
      return paymentId === null ? ok(true) : lookAtPayment(paymentId, subject.reference, subject.succeeded);
    }
    if (subject.kind === 'refund') {
      const refundId = parseUuid(subject.refundId ?? '');
      return refundId === null ? ok(true) : lookAtRefund(refundId, subject.failure);
    }
    return ok(true);
  };
};
