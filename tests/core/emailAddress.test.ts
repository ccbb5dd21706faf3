import { describe, expect, test } from 'bun:test';
import { domainToASCII } from 'node:url';
import { readEmailAddress } from '../../core/emailAddress.ts';

const read = (text: string) => readEmailAddress(text, domainToASCII);

describe('Email addresses', () => {
  test.each([
    ['a@b', 'b'],
    ["o'connor@example.com", 'example.com'],
    ['user+tag@example.com', 'example.com'],
    ['a/b@example.com', 'example.com'],
    ["!#$%&'*+/=?^_`{|}~-@example.com", 'example.com'],
    ['first.last@mail-1.example.co.uk', 'mail-1.example.co.uk'],
    ['dörte@münchen.example.com', 'xn--mnchen-3ya.example.com'],
    ['đông@bücher.example', 'xn--bcher-kva.example'],
    ['用户@例子.example', 'xn--fsqu00a.example'],
    ['संपर्क@example.com', 'example.com'],
    ['a@xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
    ['a@EXAMPLE.com', 'example.com'],
    ['a@1.example', '1.example'],
    [`${'x'.repeat(64)}@b`, 'b'],
  ])('The address %s is legal', (text, domain) => {
    expect(read(text)).toEqual({ address: `${text.split('@')[0]}@${domain}`, domain });
  });

  test.each([
    ['a character that nobody sees in the domain', 'user@exam\u200bple.com'],
    ['one at its end', 'user@example.com\u200b'],
    ['one in the local part', 'us\u200ber@example.com'],
    ['a soft hyphen', 'user@exam\u00adple.com'],
    ['a variation selector', 'user@exam\ufe0fple.com'],
    ['a combining grapheme joiner', 'us\u034fer@example.com'],
    ['a Hangul filler', 'us\u3164er@example.com'],
    ['a blank Braille pattern', 'us\u2800er@example.com'],
    ['a percent sign in the domain', 'a@ex%ample.com'],
    ['a slash in the domain', 'a@b/c.com'],
    ['a question mark in the domain', 'a@b?c.com'],
    ['a number sign in the domain', 'a@b#c.com'],
    ['an exclamation mark in the domain', 'a@b!c.com'],
    ['a domain that a URL reads as an IP address', 'a@0x7f.1'],
    ['an IP address', 'a@127.0.0.1'],
    ['an IP address in brackets', 'a@[127.0.0.1]'],
    ['two dots in the domain', 'a@b..com'],
    ['a dot before the domain', 'a@.b.com'],
    ['a dot after the domain', 'a@b.com.'],
    ['a hyphen before a label', 'a@-b.com'],
    ['a hyphen after a label', 'a@b-.com'],
    ['a label of 64 characters', `a@${'b'.repeat(64)}.com`],
    ['a broken internationalised label', 'a@xn--a.com'],
    ['a mark without a letter in the domain', 'a@\u0301b.com'],
    ['a dot before the local part', '.a@b.com'],
    ['a dot after the local part', 'a.@b.com'],
    ['two dots in the local part', 'a..b@c.com'],
    ['a full width at sign', 'a\uff20b@c.com'],
    ['a full width dot at the end of the local part', 'a\uff0e@c.com'],
    ['a quoted local part', '"a b"@c.com'],
    ['a name', 'Name <a@b.com>'],
    ['two addresses', 'a@b.com,c@d.com'],
    ['two at signs', 'a@b@c.com'],
    ['a blank', 'a b@c.com'],
    ['a no-break space', 'a\u00a0b@c.com'],
    ['a line break', 'a@b.com\r\nRCPT TO:<c@d.com>'],
    ['NUL', 'a@b.com\0'],
    ['a lone surrogate', 'a\ud800@b.com'],
    ['a direction override', 'a@b\u202e.com'],
    ['no local part', '@b.com'],
    ['no domain', 'a@'],
    ['65 octets before the at sign', `${'ệ'.repeat(22)}@b.com`],
    ['255 octets', `a@${`${'b'.repeat(62)}.`.repeat(4)}c`],
    ['nothing', ''],
  ])('An address with %s is not legal', (_, text) => {
    expect(read(text)).toBeNull();
  });
});
