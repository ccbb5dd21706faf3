import { queryOf } from '../../shared/query.ts';

export const webhooksPath = '/console/webhooks';
export const endpointPath = (id: string): string => `${webhooksPath}/${encodeURIComponent(id)}`;

type Query = Readonly<Record<string, string | undefined>>;

export const readCursor = ({ cursor }: Query): string | null => cursor || null;

/** A test holds them to those of core. */
export const deliveryOutcomes = ['failed', 'delivered'] as const;
type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** Which deliveries the page of an endpoint shows. */
export type DeliveryQuestion = { readonly outcome: DeliveryOutcome | null; readonly cursor: string | null };

/** An outcome that this page does not know is none. */
export const readDeliveryQuestion = (query: Query): DeliveryQuestion => ({
  outcome: deliveryOutcomes.find((outcome) => outcome === query.outcome) ?? null,
  cursor: readCursor(query),
});

export const deliveriesAddress = (id: string, { outcome, cursor }: DeliveryQuestion): string =>
  endpointPath(id) + queryOf({ outcome, cursor });
