import { describe, expect, test } from 'bun:test';
import { type Receipt, receiptMail, refundMail } from '../../core/mail.ts';
import { order } from './samples.ts';

const receipt = (changes: Partial<Receipt> = {}): Receipt => ({
  checkoutId: 'checkout-1',
  orders: [
    {
      order: order('order-1', { quantity: 2, total: { amount: 1_299_000, currency: 'VND' } }),
      licences: [],
    },
  ],
  contact: { email: 'an@example.com', language: 'vi' },
  invoiceNumber: '2026-000007',
  attachments: [],
  references: [],
  ...changes,
});

const mailOf = (changes: Partial<Receipt> = {}) => {
  const mail = receiptMail(receipt(changes), '<order-1.notify_customer@cartwright.test>');
  return { ...mail, text: mail.text.replaceAll('\u00a0', ' '), html: mail.html.replaceAll('\u00a0', ' ') };
};

const inLanguage = (language: string | null) => ({ contact: { email: 'an@example.com', language } });

describe('Mails about processed orders', () => {
  test('A mail names the credit notes that were issued with its invoice', () => {
    const credits = [{ number: 'CN-2026-000001', line: 1, amount: 98_000 }];
    const issuedInvoice = { credits, currency: 'VND' };
    const line = 'Số hoá đơn điều chỉnh giảm: CN-2026-000001 (dòng 1): 98.000 ₫';
    expect(mailOf({ issuedInvoice }).text).toContain(line);
    expect(mailOf().text).not.toContain('điều chỉnh');
    expect(mailOf({ issuedInvoice, ...inLanguage('en') }).text).toContain(
      'Credit note number: CN-2026-000001 (line 1): ₫98,000',
    );
  });

  test('No subject has a character that changes the direction of text', () => {
    const product = {
      id: 'product',
      code: 'AT-1',
      name: 'Áo \u202enuht\u202c \u2067x\u2069\u200f',
      type: 'physical',
    };
    const named = order('order-1', { product });
    expect(mailOf({ orders: [{ order: named, licences: [] }] }).subject).toBe(
      'Đơn hàng của bạn đã được xử lý: Áo nuht x',
    );
    const amount = { amount: 1, currency: 'VND' };
    const { contact } = receipt();
    const refund = {
      order: named,
      contact,
      paymentId: 'checkout-1',
      amount,
      creditNote: null,
      creditedLine: null,
    };
    expect(refundMail(refund, '<1@x>').subject).toBe('Đã hoàn tiền đơn hàng của bạn: Áo nuht x');
  });

  test('The mail to a Vietnamese customer is in Vietnamese', () => {
    const mail = mailOf();
    expect(mail).toMatchObject({
      messageId: '<order-1.notify_customer@cartwright.test>',
      checkoutId: 'checkout-1',
      orderIds: ['order-1'],
      to: 'an@example.com',
      subject: 'Đơn hàng của bạn đã được xử lý: Áo thun',
    });
    expect(mail.text).toBe(
      [
        'Cảm ơn bạn đã mua hàng. Đơn hàng của bạn đã được thanh toán và xử lý.',
        '',
        '2 × Áo thun (AT-1): 1.299.000 ₫',
        '',
        'Tổng tiền: 1.299.000 ₫',
        'Số hoá đơn: 2026-000007',
        'Mã đơn hàng: order-1',
        '',
        'Hàng đang được chuẩn bị để giao đến bạn.',
        '',
      ].join('\n'),
    );
    expect(mail.html).toStartWith('<!doctype html><html lang="vi">');
    expect(mail.html).toContain('Hàng đang được chuẩn bị');
  });

  test('The mail to an English customer is in English', () => {
    const mail = mailOf(inLanguage('en'));
    expect(mail.subject).toBe('Your order has been processed: Áo thun');
    expect(mail.text).toContain('Total: ₫1,299,000\n');
    expect(mail.html).toStartWith('<!doctype html><html lang="en">');
  });

  test('The mail to a customer with another language, or none, is in Vietnamese', () => {
    for (const language of [null, 'de', 'en-GB', ''])
      expect(mailOf(inLanguage(language)).subject).toBe(mailOf().subject);
  });

  test('Both the text and the HTML of the mail contain everything that was bought', () => {
    const licences = ['AAAA-BBBB', 'CCCC-DDDD'];
    const product = { id: 'p', code: 'VPN', name: 'VPN 1 năm', type: 'digital' };
    const digital = order('order-1', { product, quantity: 2 });
    const { text, html } = mailOf({ ...inLanguage('en'), orders: [{ order: digital, licences }] });
    for (const body of [text, html])
      for (const fact of ['VPN 1 năm', 'VPN', '2', '₫100', '2026-000007', ...licences, 'order-1'])
        expect(body).toContain(fact);
    expect(text.match(/Licence key: /g)).toHaveLength(2);
    expect(text).toEndWith('order-1\n');
    expect(html.match(/<p /g)).toHaveLength(1);
  });

  test('The mail about a refund names the credit note, and the line of the invoice that it is about', () => {
    const refund = {
      ...{ order: order('order-1'), contact: receipt().contact, paymentId: 'checkout-1' },
      ...{ amount: { amount: 1, currency: 'VND' }, creditNote: 'CN-2026-000003' },
      creditedLine: { invoice: '2026-000007', line: 2 },
    };
    const { text, checkoutId, orderIds } = refundMail(refund, '<1@x>');
    expect(text).toContain('Số hoá đơn điều chỉnh giảm: CN-2026-000003\nSố hoá đơn: 2026-000007 (dòng 2)\n');
    expect({ checkoutId, orderIds }).toEqual({ checkoutId: 'checkout-1', orderIds: ['order-1'] });
  });

  test('One mail lists all orders of a group, and their sum', () => {
    const ofType = (id: string, name: string, amount: number) =>
      order(id, {
        product: { id, code: `code-${id}`, name, type: 'digital' },
        total: { amount, currency: 'VND' },
      });
    const mail = mailOf({
      ...inLanguage('en'),
      orders: [
        { order: ofType('one', 'VPN', 1_000), licences: ['AAAA'] },
        { order: ofType('two', 'Game', 2_500), licences: ['BBBB', 'CCCC'] },
      ],
    });
    expect(mail).toMatchObject({
      orderIds: ['one', 'two'],
      subject: 'Your order has been processed: VPN (+1)',
    });
    expect(mail.text.split('\n').slice(2)).toEqual([
      ...['1 × VPN (code-one): ₫1,000', '    Licence key: AAAA', '    Order: one'],
      ...['1 × Game (code-two): ₫2,500', '    Licence key: BBBB', '    Licence key: CCCC', '    Order: two'],
      ...['', 'Total: ₫3,500', 'Invoice number: 2026-000007', ''],
    ]);
  });

  test('The mail names the number of the checkout, and says whether the invoice is attached', () => {
    const numbered = order('order-1', { number: 'CW-1024' });
    const orders = [{ order: numbered, licences: [] }];
    const pdf = { name: 'invoice.pdf', type: 'application/pdf', content: Uint8Array.of(1) };
    const alone = mailOf({ ...inLanguage('en'), orders });
    expect(alone.text).toContain('Checkout: CW-1024\nInvoice number: 2026-000007\n');
    const attached = mailOf({ orders, attachments: [pdf] });
    expect(attached.text).toContain('Mã thanh toán: CW-1024\nSố hoá đơn: 2026-000007 (đính kèm)\n');
    expect(attached.attachments).toEqual([pdf]);
  });

  test('The mail names 500 licence keys at the most, and how many others the orders have', () => {
    const keys = (count: number) => Array.from({ length: count }, (_, index) => `KEY-${index}`);
    const digital = (id: string, count: number) => ({ order: order(id), licences: keys(count) });
    const { text } = mailOf({ ...inLanguage('en'), orders: [digital('one', 480), digital('two', 30)] });
    expect(text.match(/Licence key: /g)).toHaveLength(500);
    expect(text.match(/Other keys, see your order: /g)).toHaveLength(1);
    expect(text).toContain('Other keys, see your order: 10\n    Order: two');
  });

  test('The mail leaves out what the order does not have', () => {
    const { text, html } = mailOf({ invoiceNumber: null });
    for (const body of [text, html]) {
      expect(body).not.toContain('hoá đơn');
      expect(body).not.toContain('bản quyền');
      expect(body).not.toContain('null');
      expect(body).not.toContain('undefined');
    }
  });

  test('The mail has the tracking number and page of the carrier, once for orders that travel together', () => {
    const tracked = {
      step: 'request_shipment',
      reference: 'VN-7',
      url: 'https://carrier.example/?a=1&b="',
    };
    const references = [
      { ...tracked, orderId: 'order-1' },
      { ...tracked, orderId: 'order-2' },
    ];
    const { text, html } = mailOf({ ...inLanguage('en'), references });
    expect(text.match(/Tracking number: VN-7\n/g)).toHaveLength(1);
    expect(text.match(/Track your shipment: https:\/\/carrier.example\/\?a=1&b="\n/g)).toHaveLength(1);
    expect(html).toContain('https://carrier.example/?a=1&#38;b=&#34;');
    expect(mailOf({ references }).text).toContain('Mã vận đơn: VN-7\n');
  });

  test('The mail names what every step service sent, in each language', () => {
    const references = ['invoice', 'issue_licence', 'book', 'request_shipment'].map((step) => ({
      ...{ orderId: 'order-1', step, reference: `R-${step}`, url: `https://x.example/${step}` },
    }));
    for (const language of ['vi', 'en']) {
      const { text } = mailOf({ ...inLanguage(language), references });
      for (const { reference, url } of references)
        expect(text).toMatch(new RegExp(`: ${reference}\\n[^:]+: ${url}\\n`));
      expect(text.match(/(Mã đơn hàng|Order): /g)).toHaveLength(1);
    }
  });

  test('Markup in a product name is escaped in HTML', () => {
    const name = `<script>alert("x")</script> & 'Sons'`;
    const product = { id: 'p', code: '<b>', name, type: 'physical' };
    const { html, text, subject } = mailOf({ orders: [{ order: order('o', { product }), licences: [] }] });
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('<b>');
    expect(html).toContain('&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62; &#38; &#39;Sons&#39;');
    expect(text).toContain(name);
    expect(subject).toContain(name);
  });
});
