import { describe, expect, test } from 'bun:test';
import { mailDomain, parseAddress, parseSender } from '../../adapters/smtp/address.ts';

describe('Addresses', () => {
  test.each([
    ['a@b', 'a@b', 'b'],
    ['first.last+tag@shop.example', 'first.last+tag@shop.example', 'shop.example'],
    ['KHACH@Example.COM', 'KHACH@example.com', 'example.com'],
    ['a@bücher.example', 'a@xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['đông@shop.example', 'đông@shop.example', 'shop.example'],
    [`${'x'.repeat(64)}@b`, `${'x'.repeat(64)}@b`, 'b'],
  ])('The address %s is read as %s', (text, address, domain) => {
    expect(parseAddress(text)).toEqual({ name: '', address, domain });
  });

  test.each([
    '',
    'a',
    '@b',
    'a@',
    'a@b@c',
    ' a@b',
    'a@b\r\nRCPT TO:<c@d>',
    'a@b\0',
    'a\u0085@b',
    'a\u00a0b@c',
    'a@b>',
    'a@b, c@d',
    '"a b"@c',
    'Name <a@b>',
    'a@b c',
    'a@exa%00mple',
    `${'x'.repeat(65)}@b`,
    `a@${'x'.repeat(60)}.${'x'.repeat(60)}.${'x'.repeat(60)}.${'x'.repeat(60)}.${'x'.repeat(60)}`,
  ])('%j is not an address', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  test.each([
    ['shop@shop.example', ''],
    ['Shop <shop@shop.example>', 'Shop'],
    ['"Áo, quần & Co." <shop@shop.example>', 'Áo, quần & Co.'],
  ])('%s is a valid sender', (text, name) => {
    expect(parseSender(text)).toEqual({ name, address: 'shop@shop.example', domain: 'shop.example' });
    expect(mailDomain(text)).toBe('shop.example');
  });

  test.each(['', 'shop', 'a@b, c@d', 'shops: a@b;', 'Shop <a@b>\r\nBcc: c@d', 'Shop <>'])(
    '%j is not a valid sender',
    (text) => {
      expect(parseSender(text)).toBeNull();
      expect(() => mailDomain(text)).toThrow('no mail can be sent from');
    },
  );
});
