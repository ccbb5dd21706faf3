import type { Money } from '../core/money.ts';
import { pipelines } from '../core/pipelines.ts';

/** What all databases write alike of a refund, so that an order reads the same on each. */
export const told = {
  amount: ({ amount, currency }: Money): string => `${amount} ${currency}`,
  stopped: (refundId: string): string => `stopped by the refund ${refundId}`,
  failed: (reason: string): string => `the refund failed: ${reason}`,
} as const;

/** As a money check shows it: the provider's own id helps where there is none of ours. */
export const differenceTold = ({
  kind,
  providerId,
}: {
  readonly kind: string;
  readonly providerId: string | null;
}): string => (providerId === null ? kind : `${kind}: ${providerId}`);

/** What stands in the history of an order of this type once it took something that can be put back. */
export const statesOfTaking = (productType: string): readonly string[] =>
  (pipelines.get(productType)?.steps ?? []).flatMap((step) =>
    step.kind === 'tx' && step.effect === 'take_stock' ? [step.leaves] : [],
  );
