import type { CountedLog } from '../core/countedLog.ts';
import type { InvoiceRenderer } from '../core/invoiceDocument.ts';
import type { Log } from '../core/log.ts';
import type { RenderMetrics } from '../core/metrics.ts';
import type { Page } from '../core/page.ts';
import type { StepService } from '../core/pipelines/pipeline.ts';
import type { Charge } from '../core/provider.ts';
import type { ReplicaHealth } from '../core/replica.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import type { CheckOut } from '../core/usecases/checkOut.ts';
import type { GiveUpCheckout } from '../core/usecases/giveUpCheckout.ts';
import type { ReceiveEvent } from '../core/usecases/providerEvents.ts';
import type { RefundCase } from '../core/usecases/refundCase.ts';
import type { RequestRefund } from '../core/usecases/requestRefund.ts';
import type { CheckWebhookUrl } from '../core/webhookUrl.ts';
import type { World } from '../core/world.ts';
import type { AuthSettings } from './http/auth.ts';
import type { BodyLimits } from './http/bodyGate.ts';
import type { ClientOf } from './http/clientAddress.ts';
import type { PageSettings } from './http/pageFiles.ts';
import type { LiveFeed } from './routes/liveFeed.ts';

/** What the API needs from outside. */
export type ApiDeps = {
  readonly store: Store;
  readonly checkOut: CheckOut;
  readonly giveUpCheckout: GiveUpCheckout;
  readonly requestRefund: RequestRefund;
  readonly refundCase: RefundCase;
  readonly receiveEvent: ReceiveEvent;
  /** The payment provider's `name`, for the path of its webhooks. */
  readonly providerName: string;
  /** The services of other companies that do steps, in every process of the shop. */
  readonly stepServices: readonly StepService[];
  readonly invoiceRenderer: InvoiceRenderer;
  /** Lists the charges of the simulated provider, newest first. Null for a real provider. */
  readonly charges: ListCharges | null;
  /** Null for a real provider, because only real customers can finish its challenges. */
  readonly finishChallenge: FinishChallenge | null;
  /** The most pending orders of one customer. 0 for no limit. */
  readonly ordersPendingMax: number;
  readonly auth: AuthSettings;
  /** Serves `/demo`, where anyone can get a token. Needs an `auth.key` of kind `secret` to sign the tokens. */
  readonly demo: boolean;
  /**
   * `checkout` serves commands and checkouts, `read` serves queries, `worker` only health. Each can be scaled
   * alone.
   */
  readonly role: 'all' | 'checkout' | 'read' | 'worker';
  /** How long a pending order can be paid. */
  readonly orderTtlMs: number;
  readonly world: World;
  readonly version: string;
  /** The topic that events go to, if the settings name one. */
  readonly kafkaTopic?: string | undefined;
  readonly log: Pick<Log, 'warn' | 'error'>;
  /** For what callers or outages can repeat without end. */
  readonly countedLog: CountedLog;
  /** The client of a request, as far as the trusted proxies say. For logs, activity and limits. */
  readonly clientOf: ClientOf;
  /** The origins whose pages may call the API. */
  readonly corsOrigins: readonly string[];
  /** Where to report a hole in the shop, as a URL. Null: nothing is said. */
  readonly securityContact?: string | null;
  /** Without it, the pages count as not built. */
  readonly pages?: PageSettings;
  /** The streams of `GET /live`. They end before the server stops. */
  readonly live: LiveFeed;
  /** Says whether events may be sent to the URL of a webhook endpoint. */
  readonly checkWebhookUrl: CheckWebhookUrl;
  /** The page of `GET /metrics`. */
  readonly renderMetrics: RenderMetrics;
  /** Why every request is refused with `unavailable`. Absent: none is. */
  readonly refuses?: string;
  /** Tests use smaller ones. */
  readonly bodyLimits?: BodyLimits;
  /** `missing` names what is not ready (`database`, …). It is empty when `ready` is true. */
  isReady(): Promise<{ readonly ready: boolean; readonly missing: readonly string[] }>;
  /** What a process that is ready has to say of its databases. */
  readonly databases?: () => DatabasesHealth;
};

export type DatabasesHealth = {
  /** Absent without a replica. */
  readonly replica?: ReplicaHealth;
  /**
   * What does not work and is done without: `database` is the primary, `partitions` are those of the next month. Always
   * there with a replica.
   */
  readonly degraded?: readonly ('database' | 'replica' | 'partitions')[];
  /** For operators. Absent if there are none. */
  readonly warnings?: readonly string[];
};

export type ListCharges = (query: {
  /** The id of the last charge of the previous page; null for the first page. */
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
}) => AsyncResult<Page<Charge, string>>;

/**
 * Confirms a payment at the simulated provider, or fails to, as its customer would. Returns false if the client
 * secret is unknown, or if the payment was confirmed or cancelled before.
 */
export type FinishChallenge = (challenge: {
  readonly clientSecret: string;
  readonly outcome: 'succeed' | 'fail';
}) => AsyncResult<boolean>;
