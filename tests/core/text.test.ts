import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { isStorable, isVisible, normalizeCode, normalizeName, withoutBidiControls } from '../../core/text.ts';
import { anyText } from './anyText.ts';

describe('Codes', () => {
  test.each([
    ['a blank at its end', 'X '],
    ['a blank at its start', ' X'],
    ['a no-break space', 'X\u00a0'],
    ['an ideographic space', '\u3000X'],
    ['a tab and a line break', '\tX\n'],
    ['a byte order mark', '\ufeffX'],
    ['a zero width space', 'X\u200b'],
    ['a word joiner', '\u2060X\u2060'],
    ['a soft hyphen', 'X\u00ad'],
    ['a Hangul filler', 'X\u3164'],
    ['a blank Braille pattern', 'X\u2800'],
    ['a variation selector', 'X\ufe0f'],
    ['a right-to-left override', '\u202eX\u202c'],
    ['a right-to-left mark', 'X\u200f'],
    ['an interlinear annotation', '\ufff9X\ufffb'],
    ['a blank after a character that nobody sees', 'X \u200b \ufeff'],
  ])('A code with %s is the code without it', (_, code) => {
    expect(normalizeCode(code)).toBe('X');
  });

  test('A code is one code in every Unicode form', () => {
    expect(normalizeCode('ÁO-1'.normalize('NFD'))).toBe('ÁO-1');
    expect(normalizeCode('A\u034f\u0301')).toBe('Á');
  });

  test('Blanks of every kind within a code are one space', () => {
    expect(normalizeCode('A\u00a0B\u2003\u3000C  D')).toBe('A B C D');
  });

  test('A text that is far too long for a code takes no long time', () => {
    expect(normalizeCode(`a${'\u0315\u0300'.repeat(500_000)}`).length).toBeGreaterThan(64);
    expect(normalizeCode(`${'\u200b'.repeat(500_000)}e\u0301`)).toBe('é');
  });

  test('Case and signs make different codes', () => {
    const codes = ['x', 'X', 'X-1', 'X_1', 'X.1', 'X/1', 'Ⅸ', 'IX'];
    expect(codes.map(normalizeCode)).toEqual(codes);
  });

  test('The form of a code is its own form', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 40 }), (text) => {
        expect(normalizeCode(normalizeCode(text))).toBe(normalizeCode(text));
      }),
    );
  });
});

describe('Visible text', () => {
  test.each([
    '',
    ' ',
    '\u00a0\u3000',
    '\u200b',
    '\u200b\u200d\u2060',
    '\u3164',
    '\u115f\u1160\uffa0',
    '\u2800',
    '\ufeff',
    '\u00ad',
    '\u202e',
    '\u0301',
    '\ufe0f',
    '\u{e0001}\u{e0067}',
    '\u{1d159}',
    '\u0007',
    '\ud83d',
  ])('%j is not visible', (text) => {
    expect(isVisible(text)).toBe(false);
  });

  test.each(['a', '.', '0', ' a\u200b', '🎁', '☎️', '👩‍👩‍👧', '∞', 'กำ', '漢', '\ufffd', '®'])(
    '%j is visible',
    (text) => {
      expect(isVisible(text)).toBe(true);
    },
  );

  test('Control characters and lone surrogates cannot be stored, and everything else can', () => {
    for (const text of ['\0', 'a\nb', 'a\u007f', '\u0085', '\ud83d', '\udc00a'])
      expect(isStorable(text)).toBe(false);
    for (const text of ['', '😀', '\ufffd', '\u202e', '\u2028']) expect(isStorable(text)).toBe(true);
  });
});

describe('The direction of text', () => {
  const every = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';

  test('Every character that controls the direction is removed', () => {
    expect(withoutBidiControls(`a${every}b`)).toBe('ab');
  });

  test('A name keeps its marks and loses what turns the text around it', () => {
    expect(normalizeName(`a${every}b`)).toBe('a\u061c\u200e\u200fb');
    for (const name of ['می‌خواهم', '👩‍👩‍👧', '☎️', ' Áo '.normalize('NFD')])
      expect(normalizeName(name)).toBe(name);
  });
});
