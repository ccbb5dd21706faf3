import type { Engine } from '../engine.ts';
import type { Form } from './form.ts';

/** A request of Stripe's API, as the routes get it. */
export type StripeRequest = {
  readonly engine: Engine;
  readonly form: Form;
  /** The id in the path; empty if the path has none. */
  readonly id: string;
  /** The idempotency key: the header, or a new id. */
  readonly key: string;
  /** Scheme, host and port of the request's URL. */
  readonly origin: string;
};
