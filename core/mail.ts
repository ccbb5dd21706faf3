import { formatMoney } from './money.ts';
import type { Contact, Order } from './order.ts';
import type { RefundDetail } from './refund.ts';

export type Mail = {
  /** RFC 5322 `Message-ID` with its angle brackets: the same for every try, so that a copy shows as one. */
  readonly messageId: string;
  readonly orderId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

export type MailOutcome =
  | { readonly kind: 'accepted' }
  /** Not taken now, and may be later: no connection, no answer in time, a 4xx reply. */
  | { readonly kind: 'deferred'; readonly reason: string }
  /** Will never be taken: a 5xx reply. */
  | { readonly kind: 'rejected'; readonly reason: string };

/** Hands mails to whoever delivers them. Never throws; answers within its own time limits. */
export interface Mailer {
  send(mail: Mail): Promise<MailOutcome>;
}

/** A mail that was captured instead of sent. */
export type CapturedMail = Mail & { readonly atMs: number };

/** What the mail of a processed order tells. */
export type Receipt = {
  readonly order: Order;
  readonly contact: Contact;
  readonly invoiceNumber: string | null;
  readonly licences: readonly string[];
};

/** The mail that says that an order was processed, in the customer's language (Vietnamese where unknown). */
export const receiptMail = (
  { order, contact, invoiceNumber, licences }: Receipt,
  messageId: string,
): Mail => {
  const language = languageOf(contact);
  const say = phrases[language];
  return mailOf(
    { order, contact, messageId },
    say.subject,
    say.thanks,
    [
      ...bought(order, say),
      [say.total, formatMoney(order.total, language)],
      ...(invoiceNumber === null ? [] : [[say.invoice, invoiceNumber] as const]),
      ...licences.map((key) => [say.licence, key] as const),
      [say.order, order.id],
    ],
    say.next[order.product.type] ?? '',
  );
};

/** The mail that says that money was given back. */
export const refundMail = (
  { order, contact, amount, creditNote }: Pick<RefundDetail, 'order' | 'contact' | 'amount' | 'creditNote'>,
  messageId: string,
): Mail => {
  const language = languageOf(contact);
  const say = phrases[language];
  return mailOf(
    { order, contact, messageId },
    say.refundSubject,
    say.refunded,
    [
      ...bought(order, say),
      [say.amount, formatMoney(amount, language)],
      ...(creditNote === null ? [] : [[say.creditNote, creditNote] as const]),
      [say.order, order.id],
    ],
    say.arrives,
  );
};

type Language = 'vi' | 'en';
type Fact = readonly [name: string, value: string];

const languageOf = ({ language }: Contact): Language => (language === 'en' ? 'en' : 'vi');

const bought = ({ product, quantity }: Order, say: Phrases): readonly Fact[] => [
  [say.product, `${product.name} (${product.code})`],
  [say.quantity, String(quantity)],
];

/** A mail of an opening, facts and a closing, in both forms. */
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
  subject: `${subject}: ${order.product.name}`,
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

type Phrase =
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
type Phrases = Readonly<Record<Phrase, string>> & { readonly next: Readonly<Record<string, string>> };

const phrases: Readonly<Record<Language, Phrases>> = {
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
    next: {
      physical: 'Hàng đang được chuẩn bị để giao đến bạn.',
      service: 'Chúng tôi đã giữ chỗ cho bạn.',
    },
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
    refunded: 'We have given you your money back.',
    amount: 'Refunded',
    creditNote: 'Credit note number',
    arrives: 'It reaches your account within a few days, depending on your bank.',
    next: {
      physical: 'Your goods are being made ready to be sent.',
      service: 'Your place is booked.',
    },
  },
};
