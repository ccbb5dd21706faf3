import { describe, expect, test } from 'bun:test';
import { type Address, parseSender } from '../../adapters/smtp/address.ts';
import { createComposeMessage } from '../../adapters/smtp/message.ts';
import type { Mail } from '../../core/mail.ts';
import { mailOf } from './mails.ts';
import { parseMail } from './mime.ts';

const addressOf = (text: string): Address => {
  const address = parseSender(text);
  if (address === null) throw new Error(`${text} is not an address`);
  return address;
};
const compose = async (changes: Partial<Mail> = {}, from = 'Shop <shop@shop.example>') => {
  const date = new Date(Date.UTC(2026, 2, 1, 8, 9, 10));
  const composeMessage = createComposeMessage(addressOf(from), null);
  const bytes = await composeMessage(mailOf(1, changes), addressOf('b@example.com'), date);
  return { source: bytes.toString(), mail: await parseMail(bytes) };
};

describe('Messages', () => {
  test('A message has the headers of an automatic mail', async () => {
    const { headers } = (await compose()).mail;
    expect(Object.fromEntries(headers)).toEqual({
      from: 'Shop <shop@shop.example>',
      to: 'b@example.com',
      subject: expect.stringMatching(/^=\?UTF-8\?/),
      'message-id': '<order-1.notify_customer@shop.example>',
      date: 'Sun, 01 Mar 2026 08:09:10 +0000',
      'auto-submitted': 'auto-generated',
      'mime-version': '1.0',
      'content-type': expect.stringMatching(/^multipart\/alternative; boundary=/),
    });
  });

  test('A message has the text and the HTML as alternatives', async () => {
    const { mail } = await compose();
    expect(mail.text).toBe(mailOf(1).text);
    expect(mail.html).toBe(mailOf(1).html);
  });

  test.each(['x', 'Order 1', 'x'.repeat(300), 'a =?utf-8?B?eA==?= b', 'ẩ'.repeat(100), '👕'.repeat(60)])(
    'The subject %j arrives unchanged',
    async (subject) => {
      expect((await compose({ subject })).mail.subject).toBe(subject);
    },
  );

  test('No header has a character that changes the direction of text', async () => {
    const bidi = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';
    const pdf = { name: `a${bidi}.pdf`, type: 'application/pdf', content: Uint8Array.of(1) };
    const { mail } = await compose(
      { subject: `Order${bidi} 1`, attachments: [pdf] },
      `"Sh${bidi}op Á" <shop@shop.example>`,
    );
    expect(mail.subject).toBe('Order 1');
    expect(mail.from).toBe('Shop Á <shop@shop.example>');
    expect(mail.attachments[0]?.name).toBe('a.pdf');
  });

  test.each([
    ['shop@shop.example', 'shop@shop.example'],
    ['"Áo, quần & Co." <shop@shop.example>', 'Áo, quần & Co. <shop@shop.example>'],
    [`${'Very long name '.repeat(8).trim()} <a@b>`, `${'Very long name '.repeat(8).trim()} <a@b>`],
  ])('The sender %s arrives as %s', async (from, expected) => {
    expect((await compose({}, from)).mail.from).toBe(expected);
  });

  test.each(['ẩ', 'x'])('A message of many %s has only ASCII and short lines', async (letter) => {
    const long = { subject: letter.repeat(500), text: letter.repeat(5_000), html: '\n.\n'.repeat(500) };
    const { source } = await compose(long, `"${letter.repeat(200)}" <shop@shop.example>`);
    expect(source).toMatch(/^[\r\n -~]+$/);
    const lines = source.split('\r\n');
    // The limit is 998 octets (RFC 5322, 2.1.1); a word that cannot be folded may be longer than the usual 78.
    expect(lines.filter((line) => line.length > 998 || /[\r\n]/.test(line))).toEqual([]);
  });

  test.each(['\r\n', '\n', '\r', '\0', '\u2028', '\u0085'])(
    'A value with %j cannot add a header or a body',
    async (ending) => {
      const injected = `x${ending}Bcc: thief@example.com${ending}${ending}body`;
      const { mail, source } = await compose({
        subject: injected,
        messageId: `<a${ending}Bcc: thief@example.com>`,
        attachments: [{ name: injected, type: `text/plain${ending}Bcc: x`, content: Uint8Array.of(1) }],
      });
      expect([...mail.headers.keys()]).not.toContain('bcc');
      expect(source).not.toMatch(/[\r\n]bcc/i);
      expect(mail.subject).toContain('Bcc: thief@example.com');
      expect(mail.text).toContain('Cảm ơn');
    },
  );

  test('A text that looks like the end of its part does not end it', async () => {
    const { source } = await compose();
    const boundary = /boundary="?([^";\r]+)"?/.exec(source)?.[1];
    const text = `--${boundary}\n\n--${boundary}--\n`;
    const { mail } = await compose({ text });
    expect(mail.text).toBe(text);
    expect(mail.html).toBe(mailOf(1).html);
  });

  test('Attachments arrive byte for byte, with their names and types', async () => {
    const attachments = [
      {
        name: 'hoá đơn 2026-000007.pdf',
        type: 'application/pdf',
        content: Uint8Array.from({ length: 70_000 }, (_, index) => index % 256),
      },
      { name: 'note.txt', type: 'text/plain', content: new TextEncoder().encode('.\r\n..\n\r') },
    ];
    const { mail } = await compose({ attachments });
    expect(mail.attachments.map(({ name, type }) => ({ name, type }))).toEqual(
      attachments.map(({ name, type }) => ({ name, type })),
    );
    for (const [index, { content }] of attachments.entries())
      expect(Buffer.compare(mail.attachments[index]?.content ?? Buffer.of(), content)).toBe(0);
    expect(mail.text).toBe(mailOf(1).text);
    expect(mail.html).toBe(mailOf(1).html);
  });

  test('Content that names a file is sent as it is, and the file is not read', async () => {
    const text = 'file:///etc/passwd';
    const { mail } = await compose({ text, html: text });
    expect([mail.text, mail.html]).toEqual([text, text]);
  });
});
