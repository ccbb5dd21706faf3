import type { CheckoutRequest, Claim } from '../../core/audit.ts';
import type { EventType } from '../../core/event.ts';
import type { Order } from '../../core/order.ts';
import type { LeasedEvent } from '../../core/relay.ts';
import {
  declined,
  defined,
  providerUnavailable,
  refundFailed,
  refundSucceeded,
  succeeded,
  unknownOutcome,
} from '../contracts/fixture.ts';
import { withRemoteStep } from '../contracts/remoteStep.ts';
import type { TestContext } from '../contracts/testContext.ts';
import type { HistoryStep } from './historySteps.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';

const outcomes = {
  succeeded,
  declined,
  cancelled: { kind: 'cancelled' },
  unavailable: providerUnavailable,
  unknown: unknownOutcome,
} as const;

/** The one at `index` from the newest, or at what is left of it by their count. Undefined if there is none. */
const pick = <T>(all: readonly T[], index: number): T | undefined =>
  all.length === 0 ? undefined : all[all.length - 1 - (index % all.length)];

/** A shop in which random steps are done. What the shop refuses changes nothing, and the next step comes. */
export const createHistory = async (context: TestContext) => {
  const { store, fixture, world } = context;
  const now = fixture.now;
  const products = {
    physical: await fixture.createProduct({ stock: 8 }),
    digital: await fixture.createProduct({ type: 'digital' }),
  };
  const orders: Order[] = [];
  const claims: { readonly request: CheckoutRequest; readonly claim: Claim }[] = [];
  const refundIds: string[] = [];
  const frozen: { readonly subscriber: Subscriber; readonly events: readonly LeasedEvent[] }[] = [];
  /** With the length that each order's history had when it was made. */
  const subscribers: { readonly subscriber: Subscriber; readonly lengths: ReadonlyMap<string, number> }[] =
    [];

  const subscribe = async (types: readonly EventType[], inRuns: boolean): Promise<Subscriber> => {
    const lengths = new Map<string, number>();
    for (const { id } of orders) lengths.set(id, (await fixture.findOrder(id)).history.length);
    const subscriber = await createSubscriber(context, types, inRuns);
    subscribers.push({ subscriber, lengths });
    return subscriber;
  };

  const claim = async (request: CheckoutRequest): Promise<void> => {
    const result = await fixture.tryClaimCheckout(request);
    if (result.isOk()) claims.push({ request, claim: result.value });
  };
  const settle = async (index: number, outcome: keyof typeof outcomes): Promise<void> => {
    const found = pick(claims, index);
    if (found !== undefined) await fixture.recordOutcome(found.claim, outcomes[outcome]);
  };

  const work = async ({ type, limit, outcome }: Extract<HistoryStep, { do: 'work' }>): Promise<void> => {
    const { leases } = await fixture.claimTasks(withRemoteStep(type), { limit });
    const runAtMs = now() + 1_000;
    for (const lease of leases)
      await fixture.report(
        lease,
        {
          done: { kind: 'done', detail: null },
          failed: { kind: 'failed', error: '550 no such mailbox a@b.example' },
          retry: { kind: 'retry', error: 'busy', runAtMs },
        }[outcome] as Parameters<typeof fixture.report>[1],
      );
  };

  const requestRefund = async (index: number, part: boolean): Promise<void> => {
    const order = pick(orders, index);
    if (order === undefined) return;
    const amount = part ? { amount: 10, currency: null } : null;
    const requested = await store.refunds.request(fixture.refundCommand(order.id, { amount }), now());
    if (requested.isOk()) refundIds.push(requested.value.refund.id);
  };

  const chargeLate = async (index: number): Promise<void> => {
    const found = pick(claims, index);
    if (found === undefined) return;
    const { claim } = found;
    const response = defined(fixture.outcomeRecord(claim, declined).response);
    const refundId = fixture.newId();
    const ids = { refundId, taskId: fixture.newId(), paymentId: claim.checkoutId };
    const requested = await store.refunds.refundLateCharge({ ...ids, reference: 'ch_late', response }, now());
    if (requested.unwrapOr(false)) refundIds.push(refundId);
  };

  const dispute = async (index: number, status: 'open' | 'won' | 'lost'): Promise<void> => {
    const found = pick(claims, index);
    if (found === undefined) return;
    const { checkoutId, amount } = found.claim;
    const report = { reference: `dp_${checkoutId}`, amount, reason: 'fraudulent', status, atMs: now() };
    const charge = { paymentId: checkoutId, disputes: [{ ...report, isConfirmed: true }] };
    await store.disputes.record({ ...charge, createId: fixture.newId }, now());
  };

  const relay = async (step: Extract<HistoryStep, { do: 'relay' }>): Promise<void> => {
    const { subscriber } = defined(pick(subscribers, step.subscription));
    const events = await subscriber.claim(step.limit);
    if (step.outcome === 'frozen') frozen.push({ subscriber, events });
    else if (step.outcome === 'failed')
      await subscriber.report(events, { kind: 'failed', dueAtMs: now() + 5_000 });
    else await subscriber.report(events, { kind: step.outcome });
  };

  const expire = () => store.orders.cancelExpired({ sweep: 1, untilMs: now(), nowMs: now(), limit: 100 });
  const retryFailed = async () => {
    const tasks = await fixture.listTasks({ state: 'failed' });
    await store.queue.retry(
      tasks.map(({ id }) => id),
      now(),
    );
  };

  const run = async (step: HistoryStep): Promise<unknown> => {
    const order = 'order' in step ? pick(orders, step.order) : undefined;
    switch (step.do) {
      case 'place': {
        const product = products[step.type as keyof typeof products];
        const options = { customerId: 'lan', ...(step.expires ? { ttlMs: 30_000 } : {}) };
        return orders.push(await fixture.placeOrder(product, options));
      }
      case 'change': {
        if (order === undefined) return;
        const { id: orderId, customerId } = order;
        return store.orders.changeQuantity({ orderId, customerId, quantity: step.quantity }, now());
      }
      case 'cancel':
        return order && store.orders.cancel(order.id, order.customerId, now());
      case 'claim': {
        const found = new Set(step.orders.flatMap((index) => pick(orders, index) ?? []));
        return found.size > 0 && claim(fixture.checkoutRequest([...found]));
      }
      case 'claimAgain': {
        const found = pick(claims, step.claim);
        return found && claim(found.request);
      }
      case 'settle':
        return settle(step.claim, step.outcome);
      case 'work':
        return work(step);
      case 'refund':
        return requestRefund(step.order, step.part);
      case 'finishRefund': {
        const id = pick(refundIds, step.refund);
        return id && fixture.finishRefund(id, step.succeeds ? refundSucceeded : refundFailed);
      }
      case 'chargeLate':
        return chargeLate(step.claim);
      case 'dispute':
        return dispute(step.claim, step.status);
      case 'pass':
        return world.advance(step.ms);
      case 'expire':
        return expire();
      case 'retryFailed':
        return retryFailed();
      case 'subscribe':
        return subscribe(step.types, step.inRuns);
      case 'relay':
        return relay(step);
      case 'thaw': {
        const found = pick(frozen, step.frozen);
        return found?.subscriber.report(found.events, { kind: 'delivered' });
      }
    }
  };

  const historyOf = async (orderId: string) => (await fixture.findOrder(orderId)).history;

  return { run, subscribe, subscribers, orders, historyOf };
};
