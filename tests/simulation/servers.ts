import type { StepService } from '../../core/pipelines/pipeline.ts';
import type { SubscriptionKind } from '../../core/subscription.ts';
import type { Streams } from './random.ts';

/** Which other companies a history has, and who works with them. */
export type OtherServers = {
  readonly kinds: readonly SubscriptionKind[];
  readonly services: readonly StepService[];
  readonly actors: readonly ('webhook operator' | 'stock keeper')[];
};

/** Most seeds have few of them, because each makes a history longer. */
export const drawServers = (streams: Streams, given: Partial<OtherServers>): OtherServers => {
  const random = streams.stream('servers');
  const some = <T>(share: number, one: T): readonly T[] => (random.bool(share) ? [one] : []);
  const drawnKinds = [...some<SubscriptionKind>(0.15, 'webhook'), ...some<SubscriptionKind>(0.1, 'kafka')];
  const drawnServices = [
    ...some<StepService>(0.15, 'carrier'),
    ...some<StepService>(0.12, 'invoice_service'),
    ...some<StepService>(0.1, 'product_service'),
  ];
  const { kinds = drawnKinds, services = drawnServices } = given;
  const actors = [
    ...(kinds.includes('webhook') ? (['webhook operator'] as const) : []),
    ...some(0.15, 'stock keeper' as const),
  ];
  return { kinds, services, actors: given.actors ?? actors };
};
