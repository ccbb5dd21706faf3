import type { ComponentChildren } from 'preact';
import type { Order } from '../shared/types.ts';

type PayAction = {
  readonly onPay: () => void;
  readonly isPaying: boolean;
  /** In the status line of the pay bar. Null: the page's own message stands there. */
  readonly status: ComponentChildren;
  /** Over the page, such as the choice of a card. */
  readonly sheet: ComponentChildren;
};

/** What the pay bar does with the chosen orders: the document that pays has a policy of its own, so it is loaded. */
export const usePayAction = (_orders: readonly Order[]): PayAction => ({
  onPay: () => location.assign('/shop/pay'),
  isPaying: false,
  status: null,
  sheet: null,
});
