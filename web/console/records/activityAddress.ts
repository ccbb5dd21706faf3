import { queryOf } from '../../shared/query.ts';
import { orderPath } from '../orders/addresses.ts';
import { endpointPath } from '../webhooks/webhookAddress.ts';

export const activityPath = '/console/activity';

export type ActivityQuestion = {
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  /** Days of the shop's time zone, or times. Both belong to the range. */
  readonly from: string;
  readonly to: string;
  readonly cursor: string | null;
};

type Query = Readonly<Record<string, string | undefined>>;

export const readActivityAddress = (query: Query): ActivityQuestion => ({
  actor: query.actor ?? '',
  action: query.action ?? '',
  target: query.target ?? '',
  from: query.from ?? '',
  to: query.to ?? '',
  cursor: query.cursor || null,
});

/** One question has one address, in whatever order its filters were set. */
export const activityAddress = ({ actor, action, target, from, to, cursor }: ActivityQuestion): string =>
  activityPath + queryOf({ actor, action, target, from, to, cursor });

export const isFiltered = ({ actor, action, target, from, to }: ActivityQuestion): boolean =>
  [actor, action, target, from, to].some((value) => value !== '');

/** Where the console shows what a command was about. Null where it has no page for it. */
export const targetPath = (action: string, target: string): string | null => {
  const [noun = ''] = action.split('.');
  const id = encodeURIComponent(target);
  switch (noun) {
    case 'product':
      return `/console/products?open=${id}`;
    case 'order':
      return orderPath(target);
    case 'key':
      return action === 'key.end' ? null : '/console/keys';
    case 'webhook':
      return action === 'webhook.end' ? null : endpointPath(target);
    default:
      return null;
  }
};
