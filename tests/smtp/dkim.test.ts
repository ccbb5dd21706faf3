import { describe, expect, test } from 'bun:test';
import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { mailOf } from './mails.ts';
import { withSink } from './withSink.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const dkimKey = {
  domain: 'shop.example',
  selector: 'mail2026',
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};

/** Canonical form `relaxed` (RFC 6376, 3.4). */
const relaxHeader = (header: string): string => {
  const colon = header.indexOf(':');
  const value = header.slice(colon + 1).replace(/\s+/g, ' ');
  return `${header.slice(0, colon).toLowerCase()}:${value.trim()}`;
};
const relaxBody = (body: string): string =>
  `${body
    .replace(/[ \t]+/g, ' ')
    .replace(/ (?=\r\n)/g, '')
    .replace(/(\r\n)+$/, '')}\r\n`;

/** Checks the signature as a mail server does that has the public key from the DNS. */
const isSigned = (raw: string): boolean => {
  const end = raw.indexOf('\r\n\r\n');
  const headers = raw.slice(0, end).split(/\r\n(?![ \t])/);
  const signature = headers.find((header) => /^dkim-signature:/i.test(header)) ?? '';
  const tag = (name: string): string =>
    (new RegExp(`[;:]\\s*${name}=([^;]*)`).exec(signature)?.[1] ?? '').replace(/\s+/g, '');
  const signed = tag('h')
    .split(':')
    .map((name) => headers.find((header) => header.toLowerCase().startsWith(`${name.toLowerCase()}:`)) ?? '');
  const data = [...signed.map(relaxHeader), relaxHeader(signature.replace(/([;\s]b=)[^;]*/, '$1'))].join(
    '\r\n',
  );
  const bodyHash = createHash('sha256')
    .update(relaxBody(raw.slice(end + 4)))
    .digest('base64');
  return (
    tag('d') === dkimKey.domain &&
    tag('s') === dkimKey.selector &&
    ['from', 'to', 'subject', 'message-id'].every((name) =>
      tag('h').toLowerCase().split(':').includes(name),
    ) &&
    bodyHash === tag('bh') &&
    verify('sha256', Buffer.from(data), publicKey, Buffer.from(tag('b'), 'base64'))
  );
};

describe('DKIM', () => {
  test.concurrent(
    'A mail is signed, with its attachments, and a changed one is not',
    withSink(async (sink, mailerFor) => {
      const pdf = { name: 'hoá đơn.pdf', type: 'application/pdf', content: new Uint8Array(5_000) };
      const mail = mailOf(1, { attachments: [pdf] });
      expect(await mailerFor(sink.url, { dkimKey }).send(mail)).toEqual({ kind: 'accepted' });
      const { raw = '' } = sink.mails[0] ?? {};
      expect(isSigned(raw)).toBe(true);
      expect(isSigned(raw.replace('Message-ID: <order-1', 'Message-ID: <order-2'))).toBe(false);
      expect(isSigned(raw.replace('AAAA', 'AAAB'))).toBe(false);
    }),
  );

  test.concurrent(
    'A mail is not signed without a key',
    withSink(async (sink, mailerFor) => {
      await mailerFor(sink.url).send(mailOf(1));
      expect(sink.mails[0]?.headers.has('dkim-signature')).toBe(false);
    }),
  );
});
