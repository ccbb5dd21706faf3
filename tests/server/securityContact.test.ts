import { expect, test } from 'bun:test';
import { readConfig } from '../../server/config.ts';

test.each(['mailto:security@shop.example', 'https://shop.example/security', 'tel:+84-28-1234567'])(
  'SECURITY_CONTACT may be %s',
  (text) => expect(readConfig({ SECURITY_CONTACT: text })._unsafeUnwrap().securityContact).toBe(text),
);

test.each(['security@shop.example', 'http://shop.example/security', 'mailto:a@b\nExpires: never'])(
  'SECURITY_CONTACT may not be %j',
  (text) =>
    expect(readConfig({ SECURITY_CONTACT: text })._unsafeUnwrapErr()).toEqual([
      expect.stringContaining('SECURITY_CONTACT'),
    ]),
);
