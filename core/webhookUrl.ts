import type { Result } from 'neverthrow';

/** The shop sends nothing to the URL of an endpoint. `reason` is for people. */
export type UrlRefused = { readonly kind: 'url_refused'; readonly reason: string };

/** Says whether the shop would send events to a URL now. The sender asks again at each connection. */
export type CheckWebhookUrl = (url: string) => Promise<Result<void, UrlRefused>>;
