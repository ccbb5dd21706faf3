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
import type { TimelineEntry } from '../timeline.ts';
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

type Ports = Pick<
  Store,
  'customers' | 'orders' | 'refunds' | 'invoices' | 'mailbox' | 'activity' | 'serviceKeys'
>;

const pageMax = 100;

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
  const findInvoice = createFindInvoice(store);
  let after: string | null = null;
  do {
    const page: readonly CustomerOrder[] = valueOrThrow(
      await store.customers.orders({ customerId, after, limit: pageMax }),
    );
    for (const { orderId, contact } of page) {
      // On SQLite, every read is done at once: without this, an export would hold up all requests.
      await yieldToEventLoop();
      const part = await readOrder({ ...store, findInvoice }, orderId, contact, nowMs);
      if (part === null) continue;
      for (const { email } of [contact, part.invoice?.customer ?? contact])
        if (email !== '' && addresses.size < addressesMax) addresses.add(email);
      yield part;
    }
    after = page.length < pageMax ? null : (page.at(-1)?.orderId ?? null);
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

/** So many addresses nobody has, and each takes memory. */
const addressesMax = 1_000;

const readOrder = async (
  { orders, refunds, findInvoice }: Ports & { readonly findInvoice: FindInvoice },
  orderId: string,
  contact: Contact,
  nowMs: number,
): Promise<Extract<ExportedPart, { kind: 'order' }> | null> => {
  const ofOrder = { orderId, status: null, limit: pageMax };
  const [found, ofOrderRefunds, timeline] = await Promise.all([
    orders.find(orderId),
    collect(all((after: string | null) => refunds.list({ ...ofOrder, after }))),
    collect(
      all((after: Parameters<typeof orders.timeline>[0]['after']) =>
        orders.timeline({ orderId, nowMs, after, limit: pageMax }),
      ),
    ),
  ]);
  const order = valueOrThrow(found);
  if (order === null) return null;
  const invoice = await findInvoice(order.checkoutId);
  return {
    ...{ kind: 'order', order, contact },
    refunds: ofOrderRefunds,
    timeline,
    invoice: invoice?.lines[0]?.orderId === orderId ? invoice : null,
  };
};

type FindInvoice = (checkoutId: string | null) => Promise<Invoice | null>;

/** The orders of a checkout mostly follow one another: their invoice is read once. */
const createFindInvoice = ({ invoices }: Ports): FindInvoice => {
  let last: { readonly checkoutId: string; readonly invoice: Invoice | null } | null = null;
  return async (checkoutId) => {
    if (checkoutId === null) return null;
    if (last?.checkoutId !== checkoutId)
      last = { checkoutId, invoice: valueOrThrow(await invoices.ofCheckout(checkoutId)) };
    return last.invoice;
  };
};

const collect = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
};

async function* all<Item, Key>(
  list: (after: Key | null) => Promise<Result<Page<Item, Key>, Unavailable>>,
): AsyncGenerator<Item, void> {
  let after: Key | null = null;
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
