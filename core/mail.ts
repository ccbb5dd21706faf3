import { summarizeCredits } from './creditNotes.ts';
import type { Invoice } from './invoice.ts';
import { mailedKeysMax } from './leasedLicences.ts';
import { referenceFacts } from './mailReferences.ts';
import { type Fact, type MailContent, type MailLine, renderMailBody } from './mailTemplate.ts';
import { formatMoney } from './money.ts';
import type { Contact, Order } from './order.ts';
import type { Page } from './page.ts';
import { pipelines } from './pipelines/index.ts';
import type { LeasedOrder } from './queue.ts';
import type { RefundDetail } from './refund.ts';
import type { AsyncResult } from './result.ts';
import type { StepReference } from './serviceReference.ts';
import { withoutBidiControls } from './text.ts';

export type Mail = {
  /**
   * RFC 5322 `Message-ID`, with angle brackets. It is the same for every attempt, so that mail programs can recognise a
   * copy.
   */
  readonly messageId: string;
  /** The checkout of the orders. */
  readonly checkoutId: string | null;
  /** The orders that the mail is about, by id. */
  readonly orderIds: readonly string[];
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly Attachment[];
};

/** A file that comes with a mail. */
export type Attachment = {
  /** The file name, such as `invoice-2026-000001.pdf`. */
  readonly name: string;
  /** The media type, such as `application/pdf`. */
  readonly type: string;
  /** Null: the invoice of the mail's checkout, which is drawn when the mail is read (`Mailer.drawsInvoicesLater`). */
  readonly content: Uint8Array | null;
};

/** `reason` is for logs and people. */
export type MailOutcome =
  | { readonly kind: 'accepted' }
  /** Not accepted now, but this mail may be later: a 4xx reply about its recipient or content, a connection that broke. */
  | { readonly kind: 'deferred'; readonly reason: string }
  /** The server takes no mail of ours now: it is down, refuses our login, or limits how much we send. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** Will never be accepted: a 5xx reply about this mail. */
  | { readonly kind: 'rejected'; readonly reason: string };

/** Gives mails to a mail server or to the captured mailbox. Never throws, and returns within its own time limits. */
export interface Mailer {
  send(mail: Mail): Promise<MailOutcome>;
  /**
   * True for a mailbox. It keeps that a mail has an invoice, and not its bytes: the same file can be drawn at any time
   * from what is stored, and drawing it would be most of the work of a shop that has no mail server.
   */
  readonly drawsInvoicesLater?: boolean;
}

/**
 * Captures mails if no mail server is configured. A mail whose `messageId` is already stored is accepted and not
 * stored again. Of its attachments it keeps what `keptContents` says.
 */
export interface Mailbox extends Mailer {
  /** Newest first. `to` selects one address; `after` is the `messageId` of the previous page's last mail. */
  list(query: {
    readonly to: string | null;
    readonly after: string | null;
    /** 1 to 100. */
    readonly limit: number;
  }): AsyncResult<Page<CapturedMail, string>>;
}

/** A mail that was captured instead of sent, and when, ms. Its attachments are described and not read. */
export type CapturedMail = Omit<Mail, 'attachments'> & {
  readonly attachments: readonly AttachmentInfo[];
  readonly atMs: number;
};

/** `size` is in bytes. Null: the invoice of the mail's checkout, which is not drawn yet. */
export type AttachmentInfo = Pick<Attachment, 'name' | 'type'> & { readonly size: number | null };

export const attachmentInfo = ({ name, type, content }: Attachment): AttachmentInfo => ({
  name,
  type,
  size: content === null ? null : content.byteLength,
});

/** The most bytes of attachments that the mailbox keeps of one mail. An invoice of 100 lines has a tenth of it. */
export const capturedBytesMax = 2 * 1024 * 1024;

/** The bytes that the mailbox keeps of a mail's attachments: all of them, or none if they are too many. */
export const keptContents = (attachments: readonly Attachment[]): readonly Uint8Array[] => {
  const contents = attachments.flatMap(({ content }) => content ?? []);
  const bytes = contents.reduce((sum, content) => sum + content.byteLength, 0);
  return bytes > capturedBytesMax ? [] : contents;
};

/** The content of the mail about a group of processed orders. */
export type Receipt = {
  readonly checkoutId: string;
  /** The orders of the group, at least one. */
  readonly orders: readonly LeasedOrder[];
  readonly contact: Contact;
  readonly invoiceNumber: string | null;
  /** The invoice that is attached, if there is one. */
  readonly issuedInvoice?: Pick<Invoice, 'credits' | 'currency'> | null;
  readonly attachments: readonly Attachment[];
  readonly references: readonly StepReference[];
};

/** The mail about a group of orders, in the customer's language: `en` if the contact says so, otherwise `vi`. */
export const receiptMail = (
  { checkoutId, orders, contact, invoiceNumber, issuedInvoice, attachments, references }: Receipt,
  messageId: string,
): Mail => {
  const language = languageOf(contact);
  const texts = textsOf[language];
  const [first] = orders;
  if (first === undefined) throw new Error('a receipt needs an order');
  const amount = orders.reduce((sum, { order }) => sum + order.total.amount, 0);
  const idOf = ({ id }: Order): Fact => [texts.order, id];
  const attached = attachments.length > 0 ? ` (${texts.attached})` : '';
  let room = mailedKeysMax;
  const keysOf = ({ licences, licenceCount = licences.length }: LeasedOrder): readonly Fact[] => {
    const shown = licences.slice(0, room);
    room -= shown.length;
    const others = licenceCount - shown.length;
    const facts = shown.map((key): Fact => [texts.licence, key]);
    return others === 0 ? facts : [...facts, [texts.otherKeys, String(others)]];
  };
  const isAlone = orders.length === 1;
  const about = { checkoutId, orders: orders.map(({ order }) => order), contact, messageId };
  const content: Omit<MailContent, 'title'> = {
    language,
    opening: texts.thanks,
    lines: orders.map((leased) =>
      lineOf(leased.order, formatMoney(leased.order.total, language), [
        ...keysOf(leased),
        ...(isAlone ? [] : [idOf(leased.order)]),
      ]),
    ),
    total: [texts.total, formatMoney({ ...first.order.total, amount }, language)],
    facts: [
      ...numberOf(first.order, language),
      ...(invoiceNumber === null ? [] : [[texts.invoice, `${invoiceNumber}${attached}`] as const]),
      ...creditFacts(issuedInvoice ?? null, language),
      ...referenceFacts(references, language),
      ...(isAlone ? [idOf(first.order)] : []),
    ],
    closing: pipelines.get(first.order.product.type)?.next?.[language] ?? '',
  };
  return { ...mailOf(about, texts.subject, content), attachments };
};

/** The mail about a refund, in the customer's language. */
export const refundMail = (
  {
    order,
    contact,
    paymentId,
    amount,
    creditNote,
    creditedLine,
  }: { readonly order: Order; readonly contact: Contact } & Pick<
    RefundDetail,
    'paymentId' | 'amount' | 'creditNote' | 'creditedLine'
  >,
  messageId: string,
): Mail => {
  const language = languageOf(contact);
  const texts = textsOf[language];
  return mailOf({ checkoutId: paymentId, orders: [order], contact, messageId }, texts.refundSubject, {
    language,
    opening: texts.refunded,
    lines: [lineOf(order, null, [])],
    total: [texts.amount, formatMoney(amount, language)],
    facts: [
      ...numberOf(order, language),
      ...(creditNote === null ? [] : [[texts.creditNote, creditNote] as const]),
      ...(creditedLine === null
        ? []
        : [[texts.invoice, `${creditedLine.invoice} (${texts.line} ${creditedLine.line})`] as const]),
      [texts.order, order.id],
    ],
    closing: texts.arrives,
  });
};

/** What was refunded before the invoice. */
const creditFacts = (
  invoice: Pick<Invoice, 'credits' | 'currency'> | null,
  language: Language,
): readonly Fact[] => {
  if (invoice?.credits === undefined) return [];
  const { credits, currency } = invoice;
  return summarizeCredits(credits, textsOf[language].line).map(
    ({ text, amount }): Fact => [
      textsOf[language].creditNote,
      `${text}: ${formatMoney({ amount, currency }, language)}`,
    ],
  );
};

/** The number of the checkout, by which people find it. */
const numberOf = ({ number }: Order, language: Language): readonly Fact[] =>
  number === null ? [] : [[textsOf[language].checkout, number]];

type Language = 'vi' | 'en';

const languageOf = ({ language }: Contact): Language => (language === 'en' ? 'en' : 'vi');

const lineOf = (
  { product: { name, code }, quantity }: Order,
  amount: string | null,
  facts: readonly Fact[],
): MailLine => ({ name, code, quantity, amount, facts });

const mailOf = (
  {
    checkoutId,
    orders,
    contact,
    messageId,
  }: Pick<Mail, 'checkoutId' | 'messageId'> & {
    readonly orders: readonly Order[];
    readonly contact: Contact;
  },
  title: string,
  content: Omit<MailContent, 'title'>,
): Mail => ({
  messageId,
  checkoutId,
  orderIds: orders.map(({ id }) => id),
  to: contact.email,
  subject: withoutBidiControls(`${title}: ${nameOf(orders)}`),
  ...renderMailBody({ ...content, title }),
  attachments: [],
});

/** The name of the first product, and how many other orders there are. */
const nameOf = (orders: readonly Order[]): string => {
  const name = orders[0]?.product.name ?? '';
  return orders.length > 1 ? `${name} (+${orders.length - 1})` : name;
};

type TextName =
  | 'subject'
  | 'thanks'
  | 'total'
  | 'checkout'
  | 'invoice'
  | 'attached'
  | 'line'
  | 'licence'
  | 'otherKeys'
  | 'order'
  | 'refundSubject'
  | 'refunded'
  | 'amount'
  | 'creditNote'
  | 'arrives';
type Texts = Readonly<Record<TextName, string>>;

const textsOf: Readonly<Record<Language, Texts>> = {
  vi: {
    subject: 'Đơn hàng của bạn đã được xử lý',
    thanks: 'Cảm ơn bạn đã mua hàng. Đơn hàng của bạn đã được thanh toán và xử lý.',
    total: 'Tổng tiền',
    checkout: 'Mã thanh toán',
    invoice: 'Số hoá đơn',
    attached: 'đính kèm',
    line: 'dòng',
    licence: 'Mã bản quyền',
    otherKeys: 'Số mã khác, xem trong đơn hàng',
    order: 'Mã đơn hàng',
    refundSubject: 'Đã hoàn tiền đơn hàng của bạn',
    refunded: 'Chúng tôi đã hoàn tiền cho bạn.',
    amount: 'Số tiền hoàn',
    creditNote: 'Số hoá đơn điều chỉnh giảm',
    arrives: 'Tiền sẽ về tài khoản của bạn trong vài ngày, tuỳ theo ngân hàng.',
  },
  en: {
    subject: 'Your order has been processed',
    thanks: 'Thank you for your purchase. Your order has been paid and processed.',
    total: 'Total',
    checkout: 'Checkout',
    invoice: 'Invoice number',
    attached: 'attached',
    line: 'line',
    licence: 'Licence key',
    otherKeys: 'Other keys, see your order',
    order: 'Order',
    refundSubject: 'Your order has been refunded',
    refunded: 'We have sent you a refund.',
    amount: 'Refunded',
    creditNote: 'Credit note number',
    arrives: 'It will reach your account within a few days, depending on your bank.',
  },
};
