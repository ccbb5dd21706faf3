import type { Log } from '../core/log.ts';
import type { Page } from '../core/page.ts';
import type { Charge } from '../core/provider.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import type { CheckOut } from '../core/usecases/checkOut.ts';
import type { ReceiveEvent } from '../core/usecases/providerEvents.ts';
import type { RequestRefund } from '../core/usecases/requestRefund.ts';
import type { World } from '../core/world.ts';
import type { AuthSettings } from './http/auth.ts';

/** All that the API is driven with. */
export type ApiDeps = {
  readonly store: Store;
  readonly checkOut: CheckOut;
  readonly requestRefund: RequestRefund;
  readonly receiveEvent: ReceiveEvent;
  /** The payment provider's `name`, for the path of its webhooks. */
  readonly providerName: string;
  /** The simulated provider's books, newest first, `after` being the id of the last charge before; else null. */
  readonly charges: ListCharges | null;
  /** Null where the provider is a real one, whose challenges only real customers finish. */
  readonly finishChallenge: FinishChallenge | null;
  readonly auth: AuthSettings;
  /** Serves `/demo`, where anybody gets a token; needs a secret to sign them with. */
  readonly demo: boolean;
  /** `checkout` serves commands and checkouts, `read` queries, `worker` only its health: they scale apart. */
  readonly role: 'all' | 'checkout' | 'read' | 'worker';
  readonly world: World;
  readonly version: string;
  readonly log: Pick<Log, 'warn' | 'error'>;
  /** Names what is missing (`database`, …); nothing of it where the API can do its work. */
  isReady(): Promise<{ readonly ready: boolean; readonly missing: readonly string[] }>;
};

export type ListCharges = (query: {
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
}) => AsyncResult<Page<Charge, string>>;

/**
 * Does at the simulated provider what a customer does who is asked to confirm a payment. Answers whether it
 * could be done: false for a secret that nobody was given, and once it was confirmed or called off.
 */
export type FinishChallenge = (challenge: {
  readonly clientSecret: string;
  readonly outcome: 'succeed' | 'fail';
}) => AsyncResult<boolean>;
