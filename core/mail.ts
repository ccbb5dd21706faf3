import { formatMoney } from './money.ts';
import type { Contact, Order } from './order.ts';
import type { Page } from './page.ts';
import { pipelines } from './pipelines/index.ts';
import type { RefundDetail } from './refund.ts';
import type { AsyncResult } from './result.ts';
import { withoutBidiControls } from './text.ts';

export type Mail = {
  /**
   * RFC 5322 `Message-ID`, with angle brackets. It is the same for every attempt, so that mail programs can recognise a
   * copy.
   */
  readonly messageId: string;
  readonly orderId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** `reason` is for logs and people. */
export type MailOutcome =
  | { readonly kind: 'accepted' }
  /** Not accepted now, but may be later: no connection, a timeout, a 4xx reply. */
  | { readonly kind: 'deferred'; readonly reason: string }
  /** Will never be accepted: a 5xx reply. */
  | { readonly kind: 'rejected'; readonly reason: string };

/** Gives mails to a mail server or to the captured mailbox. Never throws, and returns within its own time limits. */
export interface Mailer {
  send(mail: Mail): Promise<MailOutcome>;
}

/**
 * Captures mails if no mail server is configured. A mail whose `messageId` is already stored is accepted and not
 * stored again.
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

/** A mail that was captured instead of sent, and when, ms. */
export type CapturedMail = Mail & { readonly atMs: number };

/** The content of the mail about a processed order. */
export type Receipt = {
  readonly order: Order;
  readonly contact: Contact;
  readonly invoiceNumber: string | null;
  readonly licences: readonly string[];
};

/** The mail about a processed order, in the customer's language: `en` if the contact says so, otherwise `vi`. */
export const receiptMail = (
  { order, contact, invoiceNumber, licences }: Receipt,
  messageId: string,
): Mail => {
  const language = languageOf(contact);
  const texts = textsOf[language];
  return mailOf(
    { order, contact, messageId },
    texts.subject,
    texts.thanks,
    [
      ...itemFacts(order, texts),
      [texts.total, formatMoney(order.total, language)],
      ...(invoiceNumber === null ? [] : [[texts.invoice, invoiceNumber] as const]),
      ...licences.map((key) => [texts.licence, key] as const),
      [texts.order, order.id],
    ],
    pipelines.get(order.product.type)?.next?.[language] ?? '',
  );
};

/** The mail about a refund, in the customer's language. */
export const refundMail = (
  {
    order,
    contact,
    amount,
    creditNote,
  }: Pick<Receipt, 'order' | 'contact'> & Pick<RefundDetail, 'amount' | 'creditNote'>,
  messageId: string,
): Mail => {
  const language = languageOf(contact);
  const texts = textsOf[language];
  return mailOf(
    { order, contact, messageId },
    texts.refundSubject,
    texts.refunded,
    [
      ...itemFacts(order, texts),
      [texts.amount, formatMoney(amount, language)],
      ...(creditNote === null ? [] : [[texts.creditNote, creditNote] as const]),
      [texts.order, order.id],
    ],
    texts.arrives,
  );
};

type Language = 'vi' | 'en';
type Fact = readonly [name: string, value: string];

const languageOf = ({ language }: Contact): Language => (language === 'en' ? 'en' : 'vi');

const itemFacts = ({ product, quantity }: Order, texts: Texts): readonly Fact[] => [
  [texts.product, `${product.name} (${product.code})`],
  [texts.quantity, String(quantity)],
];

/** A mail with an opening, a table of facts and a closing, as text and as HTML. */
const mailOf = (
  { order, contact, messageId }: Pick<Receipt, 'order' | 'contact'> & { readonly messageId: string },
  subject: string,
  opening: string,
  facts: readonly Fact[],
  closing: string,
): Mail => ({
  messageId,
  orderId: order.id,
  to: contact.email,
  subject: withoutBidiControls(`${subject}: ${order.product.name}`),
  text: [opening, '', ...facts.map(([name, value]) => `${name}: ${value}`), '', closing]
    .join('\n')
    .trimEnd()
    .concat('\n'),
  html: htmlOf(languageOf(contact), opening, facts, closing),
});

const htmlOf = (language: Language, opening: string, facts: readonly Fact[], closing: string): string => {
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th align="left" style="padding:4px 16px 4px 0">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return [
    `<!doctype html><html lang="${language}"><body style="font-family:sans-serif">`,
    `<p>${escapeHtml(opening)}</p>`,
    `<table>${rows.join('')}</table>`,
    closing === '' ? '' : `<p>${escapeHtml(closing)}</p>`,
    '</body></html>',
  ].join('');
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

type TextName =
  | 'subject'
  | 'thanks'
  | 'product'
  | 'quantity'
  | 'total'
  | 'invoice'
  | 'licence'
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
    product: 'Sản phẩm',
    quantity: 'Số lượng',
    total: 'Tổng tiền',
    invoice: 'Số hoá đơn',
    licence: 'Mã bản quyền',
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
    product: 'Product',
    quantity: 'Quantity',
    total: 'Total',
    invoice: 'Invoice number',
    licence: 'Licence key',
    order: 'Order',
    refundSubject: 'Your order has been refunded',
    refunded: 'We have sent you a refund.',
    amount: 'Refunded',
    creditNote: 'Credit note number',
    arrives: 'It will reach your account within a few days, depending on your bank.',
  },
};
