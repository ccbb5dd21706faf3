import type { Outcome } from './outcome.ts';
import type { Pause } from './pause.ts';
import type { Attempt, ShownCheckout } from './payStates.ts';
import type { CheckoutResponse, Order, Session } from './types.ts';

/** What the pay machine needs of a browser and of the API. */
export type PayPorts = {
  readonly customerId: string;
  readonly ask: {
    readonly checkOut: (attempt: Attempt) => Promise<Outcome<CheckoutResponse>>;
    readonly checkout: (checkoutId: string) => Promise<Outcome<ShownCheckout>>;
    readonly giveUp: (checkoutId: string) => Promise<Outcome<ShownCheckout>>;
    readonly order: (orderId: string) => Promise<Outcome<Pick<Order, 'status' | 'checkoutId'>>>;
    readonly session: () => Promise<Outcome<Pick<Session, 'customerId'> | null>>;
  };
  /** The attempts of this customer that have no final answer, oldest first. All windows share them. */
  readonly keep: {
    readonly list: () => readonly Attempt[];
    readonly save: (attempt: Attempt) => void;
    readonly drop: (key: string) => void;
  };
  readonly pause: Pause;
  /** Runs `work` while no other window of this browser runs its own. Where there are no locks, at once. */
  readonly alone: <Value>(work: () => Promise<Value>) => Promise<Value>;
  /** Changes whenever somebody signs in or out in this browser. */
  readonly sessionMark: () => string;
  readonly newKey: () => string;
  readonly nowMs: () => number;
};
