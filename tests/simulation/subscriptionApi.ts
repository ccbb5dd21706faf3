import type { OperatorCommand } from '../../core/activity.ts';
import type { EventType } from '../../core/event.ts';
import type { RequestPriority } from '../../core/requestPriority.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';

/** The requests about webhook endpoints, as their routes do them. */
export const createSubscriptionApi = (
  {
    store,
    world,
    priority,
  }: {
    readonly store: Store;
    readonly world: World;
    readonly priority: Pick<RequestPriority, 'serve'>;
  },
  command: (requestId: string) => OperatorCommand,
) => {
  const { subscriptions, events, deliveries } = store;
  const { serve } = priority;
  const nowMs = () => world.clock.nowMs();
  return {
    createEndpoint: (key: string, types: readonly EventType[], requestId: string) =>
      serve(() => {
        const id = world.ids.next(nowMs());
        const made = command(requestId);
        return subscriptions.createOnce(
          {
            ...{
              id,
              kind: 'webhook',
              target: `https://${id}.test/`,
              types,
              secret: `whsec_${id}`,
              command: made,
            },
            commandKey: {
              ...{ callerId: made.actor.id, route: 'POST /webhook-endpoints', key },
              fingerprint: types.join(' '),
            },
          },
          nowMs(),
        );
      }),
    listEndpoints: () => serve(() => subscriptions.list('webhook')),
    changeEndpoint: (
      change: { readonly id: string; readonly paused?: boolean; readonly secret?: string },
      requestId: string,
    ) => serve(() => subscriptions.change({ ...change, command: command(requestId) }, nowMs())),
    endEndpoint: (id: string, requestId: string) =>
      serve(() => subscriptions.end(id, nowMs(), command(requestId))),
    testEndpoint: (id: string, requestId: string) =>
      serve(() => events.sendTest(id, nowMs(), command(requestId))),
    listDeliveries: (subscriptionId: string) =>
      serve(() => deliveries.list({ subscriptionId, outcome: null, after: null, limit: 100 })),
    resend: (delivery: { readonly subscriptionId: string; readonly id: string }, requestId: string) =>
      serve(() => deliveries.resend(delivery, nowMs(), command(requestId))),
  };
};
