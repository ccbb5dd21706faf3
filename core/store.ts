import type { Audits } from './audit.ts';
import type { Inbox } from './inbox.ts';
import type { Ledger } from './ledger.ts';
import type { CapturedMail, Mailer } from './mail.ts';
import type { Orders } from './order.ts';
import type { Page } from './page.ts';
import type { Products } from './product.ts';
import type { Queue, Wakeup } from './queue.ts';
import type { Refunds } from './refund.ts';
import type { AsyncResult } from './result.ts';

/** The mailbox that takes mails where no mail server is set: a mail with a known `messageId` is one mail. */
export interface Mailbox extends Mailer {
  /** Newest first; `to` and `after` narrow it, `after` being the `messageId` of the last mail before. */
  list(query: {
    readonly to: string | null;
    readonly after: string | null;
    readonly limit: number;
  }): AsyncResult<Page<CapturedMail, string>>;
}

/** All that one database provides. One of these is wired at the composition root. */
export interface Store {
  readonly products: Products;
  readonly orders: Orders;
  readonly audits: Audits;
  readonly queue: Queue;
  readonly refunds: Refunds;
  readonly inbox: Inbox;
  readonly ledger: Ledger;
  readonly mailbox: Mailbox;
  readonly wakeup: Wakeup;
  /** The value kept under `name`, which is `fresh` where there was none before: one for the whole fleet. */
  secret(name: string, fresh: string): AsyncResult<string>;
  /** That the database answers. */
  ping(): AsyncResult<void>;
  /** Deletes what is only kept for a while: the queue's counters of the last minutes, events of a month ago. */
  prune(nowMs: number): AsyncResult<void>;
  close(): Promise<void>;
}
