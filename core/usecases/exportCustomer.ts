import type { Result } from 'neverthrow';
import type { Activity } from '../activity.ts';
import type { CustomerOrder } from '../erasure.ts';
import type { Invoice } from '../invoice.ts';
import type { CapturedMail } from '../mail.ts';
import type { Contact, OrderDetail } from '../order.ts';
import type { Page } from '../page.ts';
import type { Refund } from '../refund.ts';
import type { Unavailable } from '../result.ts';
import type { ServiceKey } from '../serviceKey.ts';
import type { Store } from '../store.ts';
import type { TimelineEntry, TimelineKey } from '../timeline.ts';
import type { World } from '../world.ts';

/** One thing that the shop holds of a person. They come in the order of this list. */
export type ExportedPart =
  | {
      readonly kind: 'order';
      readonly order: OrderDetail;
      readonly contact: Contact;
      readonly refunds: readonly Refund[];
      readonly timeline: readonly TimelineEntry[];
      /** At the first order on it. */
      readonly invoice: Invoice | null;
    }
  | { readonly kind: 'mail'; readonly mail: CapturedMail }
  | { readonly kind: 'command'; readonly command: Activity }
  | { readonly kind: 'key'; readonly key: ServiceKey };

/** Ends an export whose database cannot be reached. */
export class ExportUnavailable extends Error {
  readonly failure: Unavailable;

  constructor(failure: Unavailable) {
    super(failure.reason);
    this.failure = failure;
  }
}

type Ports = Pick<Store, 'customers' | 'orders' | 'mailbox' | 'activity' | 'serviceKeys'>;

const pageMax = 100;
/** On SQLite, to read so many orders with all that belongs to them takes about 10 ms, in which nothing else runs. */
const ordersMax = 20;

/**
 * Reads what the shop holds of a person, page by page: however much it is, one page is in memory. It is no snapshot: what
 * changes meanwhile is as it was when it was read. Throws `ExportUnavailable`.
 */
export async function* exportCustomer(
  store: Ports,
  customerId: string,
  { clock, yieldToEventLoop }: Pick<World, 'clock' | 'yieldToEventLoop'>,
): AsyncGenerator<ExportedPart, void> {
  const nowMs = clock.nowMs();
  const addresses = new Set<string>();
  let after: string | null = null;
  do {
    const page: readonly CustomerOrder[] = valueOrThrow(
      await store.customers.orders({ customerId, after, limit: ordersMax }, nowMs),
    );
    for (const read of page) {
      const part = await exportedOrder(store, read, nowMs);
      for (const { email } of [part.contact, part.invoice?.customer ?? part.contact])
        if (email !== '' && addresses.size < addressesMax) addresses.add(email);
      yield part;
    }
    after = page.length < ordersMax ? null : (page.at(-1)?.order.id ?? null);
    // On SQLite, every read is done at once: without this, an export would hold up all requests.
    await yieldToEventLoop();
  } while (after !== null);
  for (const to of addresses)
    for await (const mail of all((key: string | null) =>
      store.mailbox.list({ to, after: key, limit: pageMax }),
    ))
      yield { kind: 'mail', mail };
  const any = { actor: customerId, action: null, target: null, fromMs: null, toMs: null, limit: pageMax };
  for await (const command of all((key: string | null) => store.activity.list({ ...any, after: key })))
    if (command.actor.id === customerId) yield { kind: 'command', command };
  for await (const key of all((last: string | null) =>
    store.serviceKeys.list({ after: last, limit: pageMax }),
  ))
    if (key.createdBy.id === customerId) yield { kind: 'key', key };
}

/** Limits the memory that the addresses take. Nobody has so many. */
const addressesMax = 1_000;

const exportedOrder = async (
  { orders }: Ports,
  { timeline, invoice, ...read }: CustomerOrder,
  nowMs: number,
): Promise<Extract<ExportedPart, { kind: 'order' }>> => {
  const entries = [...timeline.items];
  const orderId = read.order.id;
  if (timeline.next !== null)
    for await (const entry of all(
      (after: TimelineKey | null) => orders.timeline({ orderId, nowMs, after, limit: pageMax }),
      timeline.next,
    ))
      entries.push(entry);
  return {
    kind: 'order',
    ...read,
    timeline: entries,
    invoice: invoice?.lines[0]?.orderId === orderId ? invoice : null,
  };
};

async function* all<Item, Key>(
  list: (after: Key | null) => Promise<Result<Page<Item, Key>, Unavailable>>,
  first: Key | null = null,
): AsyncGenerator<Item, void> {
  let after = first;
  do {
    const page: Page<Item, Key> = valueOrThrow(await list(after));
    yield* page.items;
    after = page.next;
  } while (after !== null);
}

const valueOrThrow = <T>(result: Result<T, Unavailable>): T => {
  if (result.isErr()) throw new ExportUnavailable(result.error);
  return result.value;
};
