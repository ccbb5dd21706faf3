import { formatMoney } from './money.ts';
import type { Contact, Order } from './order.ts';

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
export const receiptMail = (receipt: Receipt, messageId: string): Mail => {
  const { order, contact, invoiceNumber, licences } = receipt;
  const language = contact.language === 'en' ? 'en' : 'vi';
  const say = phrases[language];
  const facts: readonly (readonly [string, string])[] = [
    [say.product, `${order.product.name} (${order.product.code})`],
    [say.quantity, String(order.quantity)],
    [say.total, formatMoney(order.total, language)],
    ...(invoiceNumber === null ? [] : [[say.invoice, invoiceNumber] as const]),
    ...licences.map((key) => [say.licence, key] as const),
    [say.order, order.id],
  ];
  return {
    messageId,
    orderId: order.id,
    to: contact.email,
    subject: `${say.subject}: ${order.product.name}`,
    text: [
      say.thanks,
      '',
      ...facts.map(([name, value]) => `${name}: ${value}`),
      '',
      say.next[order.product.type] ?? '',
    ]
      .join('\n')
      .trimEnd()
      .concat('\n'),
    html: htmlOf(language, say.thanks, facts, say.next[order.product.type] ?? ''),
  };
};

const htmlOf = (
  language: string,
  thanks: string,
  facts: readonly (readonly [string, string])[],
  next: string,
): string => {
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th align="left" style="padding:4px 16px 4px 0">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return [
    `<!doctype html><html lang="${language}"><body style="font-family:sans-serif">`,
    `<p>${escapeHtml(thanks)}</p>`,
    `<table>${rows.join('')}</table>`,
    next === '' ? '' : `<p>${escapeHtml(next)}</p>`,
    '</body></html>',
  ].join('');
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

type Phrases = Readonly<
  Record<'subject' | 'thanks' | 'product' | 'quantity' | 'total' | 'invoice' | 'licence' | 'order', string>
> & { readonly next: Readonly<Record<string, string>> };

const phrases: Readonly<Record<'vi' | 'en', Phrases>> = {
  vi: {
    subject: 'Đơn hàng của bạn đã được xử lý',
    thanks: 'Cảm ơn bạn đã mua hàng. Đơn hàng của bạn đã được thanh toán và xử lý.',
    product: 'Sản phẩm',
    quantity: 'Số lượng',
    total: 'Tổng tiền',
    invoice: 'Số hoá đơn',
    licence: 'Mã bản quyền',
    order: 'Mã đơn hàng',
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
    next: {
      physical: 'Your goods are being made ready to be sent.',
      service: 'Your place is booked.',
    },
  },
};
