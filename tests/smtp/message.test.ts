import { describe, expect, test } from 'bun:test';
import { type Address, parseSender } from '../../adapters/smtp/address.ts';
import { composeMessage } from '../../adapters/smtp/message.ts';
import type { Mail } from '../../core/mail.ts';
import { mailOf } from './mails.ts';
import { parseMail } from './mime.ts';

const addressOf = (text: string): Address => {
  const address = parseSender(text);
  if (address === null) throw new Error(`${text} is not an address`);
  return address;
};
const compose = (changes: Partial<Mail> = {}, from = 'Shop <shop@shop.example>') => {
  const date = new Date(Date.UTC(2026, 2, 1, 8, 9, 10));
  const source = composeMessage(mailOf(1, changes), addressOf(from), addressOf('b@example.com'), date);
  return { source, mail: parseMail(Buffer.from(source)) };
};

describe('Messages', () => {
  test('A message has the headers of an automatic mail', () => {
    const { headers } = compose().mail;
    expect(Object.fromEntries(headers)).toEqual({
      from: 'Shop <shop@shop.example>',
      to: '<b@example.com>',
      subject: mailOf(1).subject,
      'message-id': '<order-1.notify_customer@shop.example>',
      date: 'Sun, 01 Mar 2026 08:09:10 +0000',
      'auto-submitted': 'auto-generated',
      'mime-version': '1.0',
      'content-type': 'multipart/alternative; boundary="=_alternative"',
    });
  });

  test('A message has the text and the HTML as alternatives', () => {
    const { mail } = compose();
    expect(mail.text).toBe(mailOf(1).text.replaceAll('\n', '\r\n'));
    expect(mail.html).toBe(mailOf(1).html);
  });

  test.each(['', 'x', 'Order 1', 'x'.repeat(300), 'a =?utf-8?B?eA==?= b', 'ẩ'.repeat(100), '👕'.repeat(60)])(
    'The subject %j arrives unchanged',
    (subject) => {
      expect(compose({ subject }).mail.subject).toBe(subject);
    },
  );

  test('No header has a character that changes the direction of text', () => {
    const bidi = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';
    const { mail } = compose({ subject: `Order${bidi} 1` }, `"Sh${bidi}op Á" <shop@shop.example>`);
    expect(mail.subject).toBe('Order 1');
    expect(mail.headers.get('from')).toBe('Shop Á <shop@shop.example>');
  });

  test.each([
    ['shop@shop.example', '<shop@shop.example>'],
    ['"Áo, quần & Co." <shop@shop.example>', 'Áo, quần & Co. <shop@shop.example>'],
    [`${'Very long name '.repeat(8).trim()} <a@b>`, `${'Very long name '.repeat(8).trim()} <a@b>`],
  ])('The sender %s arrives as %s', (from, expected) => {
    expect(compose({}, from).mail.from).toBe(expected);
  });

  test.each(['ẩ', 'x'])('A message of many %s has only ASCII and short lines', (letter) => {
    const long = { subject: letter.repeat(500), text: letter.repeat(5_000), html: '\n.\n'.repeat(500) };
    const { source } = compose(long, `"${letter.repeat(200)}" <shop@shop.example>`);
    expect(source).toMatch(/^[\r\n -~]+$/);
    const lines = source.split('\r\n');
    expect(lines.filter((line) => line.length > 78 || /[\r\n]/.test(line) || line.startsWith('.'))).toEqual(
      [],
    );
  });

  test.each(['\r\n', '\n', '\r', '\0', '\u2028', '\u0085'])(
    'A value with %j cannot add a header or a body',
    (ending) => {
      const injected = `x${ending}Bcc: thief@example.com${ending}${ending}body`;
      const { mail, source } = compose({
        subject: injected,
        messageId: `<a${ending}Bcc: thief@example.com>`,
      });
      expect([...mail.headers.keys()]).not.toContain('bcc');
      expect(source.split('\r\n\r\n')[0]).not.toMatch(/^bcc/im);
      expect(mail.subject).toBe('x Bcc: thief@example.com body');
      expect(mail.text).toContain('Cảm ơn');
    },
  );

  test('A body with the boundary does not end its part', () => {
    const text = '--=_alternative\n\n--=_alternative--\n';
    expect(compose({ text }).mail.text).toBe(text.replaceAll('\n', '\r\n'));
    expect(compose({ text }).mail.html).toBe(mailOf(1).html);
  });
});
