import { err, ok } from 'neverthrow';
import type { Audits } from '../audit.ts';
import { createResultBatcher } from '../batcher.ts';
import { parseUuid } from '../id.ts';
import type { Inbox, InboxItem } from '../inbox.ts';
import type { Log } from '../log.ts';
import { providerEventPipeline } from '../pipelines/providerEvent.ts';
import type { EventFailure, PaymentProvider, ProviderEvent, WebhookRequest } from '../provider.ts';
import type { Wakeup } from '../queue.ts';
import type { Refunds } from '../refund.ts';
import type { AsyncResult } from '../result.ts';
import { withoutPeople } from '../withoutPeople.ts';
import type { World } from '../world.ts';
import type { FollowCharge } from './followCharge.ts';
import type { PaymentRecovery } from './recoverPayments.ts';
import { createRefundLateCharge } from './refundLateCharge.ts';

/** How many events may share one commit, and how many may wait for it before more are refused. */
const limits = { batchMax: 128, waitingMax: 4_096 };

export type ReceiveEvent = (request: WebhookRequest) => AsyncResult<void, EventFailure>;

/**
 * Receives a webhook request: checks its signature, stores its event once, and wakes the workers, which act on it. An
 * event that is not understood is stored too, for people, and each type of them is logged once. Fails with
 * `signature_invalid` or `unavailable`; the provider sends the event again after either.
 */
export const createReceiveEvent = ({
  inbox,
  provider,
  wakeup,
  world,
  log,
}: {
  readonly inbox: Inbox;
  readonly provider: PaymentProvider;
  readonly wakeup: Wakeup;
  readonly world: World;
  readonly log: Pick<Log, 'warn'>;
}): ReceiveEvent => {
  const { clock, ids } = world;
  const receive = createResultBatcher<InboxItem, boolean>(inbox.receive, limits, world);

  const loggedTypes = new Set<string>();

  const logOnce = ({ id, type }: ProviderEvent) => {
    if (loggedTypes.has(type)) return;
    loggedTypes.add(type);
    log.warn('event not understood', { event: id, type });
  };

  return async (request) => {
    const nowMs = clock.nowMs();
    const event = await provider.readEvent(request, nowMs);
    if (event.isErr()) return err(event.error);
    const isUnderstood = event.value.subject.kind !== 'other';
    const received = await receive({
      id: ids.next(nowMs),
      taskId: isUnderstood ? ids.next(nowMs) : null,
      provider: provider.name,
      event: event.value,
      body: withoutPeople(request.body),
      traceparent: world.traceparent(),
    });
    if (received.isOk() && !isUnderstood) logOnce(event.value);
    if (received.isOk() && received.value && isUnderstood) wakeup.notify([providerEventPipeline.name]);
    return received.map(() => undefined);
  };
};

/** Returns true if nothing is left to do, and false if the event must be handled again later. */
export type ActOnEvent = (event: ProviderEvent) => AsyncResult<boolean>;

/**
 * Acts on a stored event. Events come twice, late and in any order, so most are only a reason to ask the provider. An
 * open payment is recovered. An open refund is sent to the provider again, which returns its current state. A refund
 * that we did not request, and a dispute, are a reason to read the charge and to follow it. Three events are believed
 * as they are: that a refund failed, that a payment was charged after it was declined or cancelled, which refunds it,
 * and a dispute, if the provider does not know it when asked. Events about payments we did not create are ignored.
 */
export const createActOnEvent = (ports: {
  readonly audits: Audits;
  readonly refunds: Refunds;
  readonly recovery: PaymentRecovery;
  readonly followCharge: FollowCharge;
  readonly wakeup: Wakeup;
  readonly world: World;
}): ActOnEvent => {
  const { audits, refunds, recovery, followCharge, wakeup, world } = ports;
  const refundLateCharge = createRefundLateCharge(ports);

  const checkPayment = async (
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
        // False if a checkout is charging it now. Without proof of a charge, that checkout's outcome is enough.
        return succeeded
          ? recovery.recoverOne(paymentId)
          : (await recovery.recoverOne(paymentId)).map(() => true);
      case 'declined':
      case 'cancelled':
        return succeeded ? (await refundLateCharge(paymentId, reference)).map(() => true) : ok(true);
      default:
        return ok(true);
    }
  };

  const checkRefund = async (refundId: string, failure: string | null): AsyncResult<boolean> => {
    const nowMs = world.clock.nowMs();
    if (failure !== null) {
      const outcome = { kind: 'failed', reason: failure } as const;
      return (await refunds.finish({ refundId, outcome }, nowMs)).map(() => true);
    }
    const scheduled = await refunds.runNow(refundId, nowMs);
    if (scheduled.isOk()) wakeup.notify();
    return scheduled.map(() => true);
  };

  type RefundSubject = Extract<ProviderEvent['subject'], { readonly kind: 'refund' }>;

  const checkForeignRefund = async ({ reference, chargeReference, failure }: RefundSubject) => {
    if (failure !== null && reference !== null) {
      const failed = await refunds.failAdopted(reference, failure, world.clock.nowMs());
      return failed.map(() => true);
    }
    return chargeReference === null ? ok(true) : followCharge(chargeReference);
  };

  return async ({ subject }) => {
    // Other systems may have written ids into the provider's records that are not ours.
    if (subject.kind === 'payment') {
      const paymentId = parseUuid(subject.paymentId ?? '');
      return paymentId === null ? ok(true) : checkPayment(paymentId, subject.reference, subject.succeeded);
    }
    if (subject.kind === 'refund') {
      const refundId = parseUuid(subject.refundId ?? '');
      if (refundId === null) return checkForeignRefund(subject);
      const found = await refunds.find(refundId);
      if (found.isErr()) return err(found.error);
      return found.value === null ? checkForeignRefund(subject) : checkRefund(refundId, subject.failure);
    }
    if (subject.kind === 'dispute' && subject.chargeReference !== null)
      return followCharge(subject.chargeReference, subject.dispute);
    return ok(true);
  };
};
